import NIOSSL

/// A certificate of the tests for `node.example`, signed by its own key, which protects nothing.
enum TestCertificate {
    static let name = "node.example"

    /// TLS as the server with this certificate speaks it.
    static func server() throws -> NIOSSLContext {
        let chain: [NIOSSLCertificateSource] = [.certificate(try certificate())]
        let key = try NIOSSLPrivateKey(bytes: Array(keyText.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }

    static func certificate() throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: Array(certificateText.utf8), format: .pem)
    }

    private static let keyText = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgJSoiTDcVqxIUkVh/
        e5qeV3+BVHkw5ykfozzivaSu6UuhRANCAAQ5aTFR3hawZcCPcXzJl4QeBvSZ9xn2
        ckgsN+EJwKX4gTwEbJbLfN6wYhv4B3TQWm+TxhVt/kS7nDHzOjaZI3V/
        -----END PRIVATE KEY-----
        """
    private static let certificateText = """
        -----BEGIN CERTIFICATE-----
        MIIBnTCCAUSgAwIBAgIUOeA/3vDR9qkPQM7Nb6JzNwarEPowCgYIKoZIzj0EAwIw
        FzEVMBMGA1UEAwwMbm9kZS5leGFtcGxlMCAXDTI2MTEyNzE0NDEzMFoYDzIxMjYx
        MTAzMTQ0MTMwWjAXMRUwEwYDVQQDDAxub2RlLmV4YW1wbGUwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAAQ5aTFR3hawZcCPcXzJl4QeBvSZ9xn2ckgsN+EJwKX4gTwE
        bJbLfN6wYhv4B3TQWm+TxhVt/kS7nDHzOjaZI3V/o2wwajAdBgNVHQ4EFgQU6oaN
        tHmj5zX7VRk8EoWSYgql/oswHwYDVR0jBBgwFoAU6oaNtHmj5zX7VRk8EoWSYgql
        /oswDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxub2RlLmV4YW1wbGUwCgYI
        KoZIzj0EAwIDRwAwRAIgElN/kRpwY20cyJb5UBi63hFpxgik3tkJdn/nqH/muQ0C
        IBfDR7sYj9l+oHOjMSMFNaU6ihj34b/ekFIN0RdCz36Z
        -----END CERTIFICATE-----
        """
}
