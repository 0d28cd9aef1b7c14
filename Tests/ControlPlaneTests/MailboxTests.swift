import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(5))) struct MailboxTests {
  @Test func handsOverEverythingInOrder() async {
    let box = Mailbox<Int>(capacity: 10)
    for number in 1...3 { box.put(number) }
    #expect(await box.take() == [1, 2, 3])
    async let later = box.take()
    box.put(4)
    #expect(await later == [4])
  }

  @Test func slowsWhoeverBringsTooMuch() async {
    let box = Mailbox<String>(capacity: 10)
    box.put("heavy", weight: 11)
    let source = Task {
      await box.room()
      box.put("next")
    }
    #expect(await box.take() == ["heavy"])
    #expect(await box.take() == ["next"])
    await source.value
  }

  @Test func lettingGoFreesEverybody() async {
    let box = Mailbox<Int>(capacity: 0)
    box.put(1, weight: 1)
    let source = Task { await box.room() }
    box.close()
    await source.value
    await box.room()
    box.put(2)
    #expect(await box.take() == nil)
  }

  @Test func aCancelledTakerGetsNothing() async {
    let box = Mailbox<Int>(capacity: 0)
    let taker = Task { await box.take() }
    taker.cancel()
    #expect(await taker.value == nil)
  }

  @Test func onlyOneTakes() {
    let box = Mailbox<Int>(capacity: 0)
    #expect(box.claim())
    #expect(!box.claim())
  }
}
