internal import ArgumentParser
internal import DumpIdentity
internal import Foundation
internal import IPLD

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See the whole story: two nodes, ten steps.",
        discussion: """
            Starts two nodes as processes of their own on free ports of this machine, with fresh data folders, and plays
            ten steps by the same commands that you would type. It ends with 0 only if every outcome, the refusals
            included, was really seen.

            Examples: dump demo
                      dump demo --offer my-offer.json
                      dump demo --keep
            """)
    @Option(help: ArgumentHelp("Publish this JSON file instead of the built-in offer.", valueName: "file"))
    var offer: String?
    @Flag(help: "Leave the nodes running, and tell how to go on by hand.") var keep = false

    func run() async throws {
        let offerBytes = try offer.map { try UserFile.read($0, limit: ModuleObject.maximumBodyLength) }
        if let offer, let offerBytes {
            guard try reading(offer, { try DagJSON.decode(offerBytes) }).mapValue != nil else {
                throw CommandError("\(offer): it is not a JSON object")
            }
        }
        let stage = try DemoStage()
        let started = ContinuousClock.now
        do {
            let story = DemoStory(stage: stage, offer: offerBytes ?? Array(DemoStory.offer.utf8))
            try await story.play()
        } catch {
            stage.stop()
            Output.error("the demo failed; what the nodes said is in \(stage.folder)")
            throw error
        }
        let total = DemoStage.seconds(ContinuousClock.now - started)
        let memory = stage.nodes.map { "\($0.name) \($0.peakMemory / 1_024) MiB" }.joined(separator: ", ")
        let starts = stage.nodes.map { String(format: "%.2f s", $0.startSeconds) }.joined(separator: ", ")
        Output.line("\nAll ten steps were seen, in \(total). Largest memory: \(memory). Last starts: \(starts).")
        if keep {
            stage.printHowToGoOn()
        } else {
            stage.stop()
            stage.removeFolder()
        }
    }
}
