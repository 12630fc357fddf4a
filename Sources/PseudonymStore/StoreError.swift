internal import Foundation

/// Why a store refused or failed. No case carries data of people.
public enum StoreError: Error, Equatable, Sendable {
    /// What is to be changed is not there.
    case notFound
    /// What is to be added is there already.
    case alreadyExists
    /// The request was decided, withdrawn or never there.
    case notPending
    /// The invocation was executed before.
    case replayed
    /// The delegation was revoked.
    case revoked
    /// A list is full.
    case full
    /// There is no room for further invocations until earlier ones have expired.
    case busy
    /// A file was written by a newer version of this program.
    case newerVersion(file: String)
    /// Another process uses the data folder.
    case inUse
    /// A file that holds a key can be read by others than its owner.
    case openPermissions(file: String)
    /// A file is not what it should be.
    case malformedFile(file: String)
    /// A file is no key file.
    case notAKey(file: String)
    /// The operating system refused something; `code` is its error number.
    case system(file: String, code: Int32)
    /// SQLite refused something; `code` is its extended result code.
    case database(code: Int32)
}

extension StoreError: CustomStringConvertible {
    /// The error in words, without input text.
    public var description: String {
        switch self {
        case .notFound: "not found"
        case .alreadyExists: "exists already"
        case .notPending: "the request is not pending"
        case .replayed: "used before"
        case .revoked: "revoked"
        case .full: "full"
        case .busy: "too many invocations at once"
        case .newerVersion(let file):
            "\(file) was written by a newer version of dump; use that version, or another folder"
        case .inUse: "the data folder is in use by another dump process"
        case .openPermissions(let file): "\(file) can be read by others; make it private with: chmod 600 \(file)"
        case .malformedFile(let file): "\(file) is not what it should be"
        case .notAKey(let file): "\(file): it is not a key file"
        case .system(let file, let code): "\(file): \(unsafe String(cString: strerror(code)))"
        case .database(let code): "the database refused an operation (SQLite code \(code))"
        }
    }
}
