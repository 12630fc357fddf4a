import DumpIdentity
import Testing

struct DayTests {
    @Test(
        arguments: [
            (0, 0), (1, 0), (86_399, 0), (86_400, 86_400), (1_767_323_045, 1_767_312_000),
            (1_767_312_000, 1_767_312_000),
            (-1, -86_400), (-86_400, -86_400), (-86_401, -172_800), (Int64.max, 9_223_372_036_854_720_000),
        ] as [(Int64, Int64)])
    func `a day starts at the last multiple of 86,400`(time: Int64, start: Int64) {
        #expect(Day.start(of: time) == start)
    }
}
