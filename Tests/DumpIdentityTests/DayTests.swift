import DumpIdentity
import Testing

struct DayTests {
    @Test(
        arguments: [
            (0, 0), (1, 0), (86_399, 0), (86_400, 86_400), (1_767_323_045, 1_767_312_000),
            (1_767_312_000, 1_767_312_000),
            (-1, -86_400), (-86_400, -86_400), (-86_401, -172_800), (Int64.max, 9_223_372_036_854_720_000),
            (-9_223_372_036_854_633_601, -9_223_372_036_854_720_000),
            (-9_223_372_036_854_720_000, -9_223_372_036_854_720_000),
        ] as [(Int64, Int64)])
    func `a day starts at the last multiple of 86,400`(time: Int64, start: Int64) {
        #expect(Day.start(of: time) == start)
    }

    @Test(arguments: [-9_223_372_036_854_720_001, Int64.min + 1, .min])
    func `the first day of all begins where 64 bits begin`(time: Int64) {
        #expect(Day.start(of: time) == .min)
    }

    @Test(arguments: [0, 86_400, 1_767_312_000, 9_007_199_254_713_600] as [Int64])
    func `a multiple of 86,400 of at most 53 bits is the start of a day`(time: Int64) {
        #expect(Day.isStart(time))
    }

    @Test(
        arguments: [
            1, 86_399, 86_401, 1_767_312_001, -1, -86_400, -9_223_372_036_854_720_000, .min, 1 << 53,
            9_007_199_254_800_000, 9_223_372_036_854_720_000, .max,
        ] as [Int64])
    func `any other time is none`(time: Int64) {
        #expect(!Day.isStart(time))
    }
}
