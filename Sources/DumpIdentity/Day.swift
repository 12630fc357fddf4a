/// Times as this project writes them: whole seconds since 1970 UTC, in signed and stored things no finer than a day.
public enum Day {
    /// The seconds of a day.
    public static let seconds: Int64 = 86_400

    /// The start of the UTC day that holds `time`, in Unix seconds.
    public static func start(of time: Int64) -> Int64 {
        let (quotient, remainder) = time.quotientAndRemainder(dividingBy: seconds)
        if remainder >= 0 { return quotient * seconds }
        let (start, overflow) = ((quotient - 1).multipliedReportingOverflow(by: seconds))
        return overflow ? .min : start
    }

    /// Whether a time is the start of a UTC day since 1970, of at most 53 bits: what signed things may carry.
    public static func isStart(_ time: Int64) -> Bool {
        (0..<(1 << 53)).contains(time) && time % seconds == 0
    }
}
