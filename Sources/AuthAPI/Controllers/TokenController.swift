internal import DumpIdentity
internal import HTTPTypes
internal import Hummingbird
internal import IPLD

/// The endpoints that OAuth names: what the node is, introspection and revocation of grants.
/// Source: RFC 7009, RFC 7662, RFC 8414.
struct TokenController {
    let node: Node

    func addRoutes(to router: some RouterMethods<NodeContext>) {
        router.get("/.well-known/oauth-authorization-server", use: metadata)
        router.get("/.well-known/jwks.json", use: keys)
        router.post("/v1/introspect", use: introspect)
        router.post("/v1/revoke", use: revoke)
    }

    @Sendable func metadata(_ request: Request, context: NodeContext) async throws -> Response {
        let address = node.configuration.publicAddress
        // Nothing but these is an endpoint of OAuth here: the lists that have to stand there are empty.
        return try request.respond([
            "issuer": .string(address.string), "jwks_uri": .string(address.appending("/.well-known/jwks.json")),
            "introspection_endpoint": .string(address.appending("/v1/introspect")),
            "introspection_endpoint_auth_methods_supported": ["ucan_invocation"],
            "revocation_endpoint": .string(address.appending("/v1/revoke")),
            "revocation_endpoint_auth_methods_supported": ["ucan_invocation"],
            "response_types_supported": [], "grant_types_supported": [],
        ])
    }

    @Sendable func keys(_ request: Request, context: NodeContext) async throws -> Response {
        try request.respond(["keys": [node.principal.jwk]])
    }

    @Sendable func introspect(_ request: Request, context: NodeContext) async throws -> Response {
        try await answering(request, from: context.source) { form in
            try request.respond(try await Introspection(node: node).answer(form))
        }
    }

    @Sendable func revoke(_ request: Request, context: NodeContext) async throws -> Response {
        try await answering(request, from: context.source) { form in
            try await TokenRevocation(node: node).revoke(form)
            return Response(status: .ok, headers: [.cacheControl: "no-store"])
        }
    }

    /// Answers a form. What stands in it may be long, and nobody has shown yet who sent it: it takes turns with invocations.
    private func answering(
        _ request: Request, from source: RequestSource, _ body: (TokenForm) async throws -> Response
    ) async throws -> Response {
        do {
            let form = try await request.form()
            return try await node.queue.run(source) { try await body(TokenForm(form)) }
        } catch let error as OAuthError {
            return error.response
        }
    }
}

extension Principal {
    /// The public key as a JWK. Source: RFC 8037, section 2.
    var jwk: Value {
        [
            "kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(publicKey)), "kid": .string(did),
            "alg": "EdDSA", "use": "sig",
        ]
    }
}
