internal import Foundation

/// How many files and connections the process may have open at once.
enum OpenFiles {
    /// What the node needs beside the connections that it is called over: databases, calls to others, workers.
    static let reserve = 512

    /// Raises the limit to what is wanted, as far as the system lets it, and gives what it is then.
    static func raise(to wanted: Int) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < rlim_t(wanted) {
            var raised = limit
            raised.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
            if unsafe setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
