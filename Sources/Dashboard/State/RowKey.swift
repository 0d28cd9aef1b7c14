import Karmada

/// Which object a row stands for, across all feeds.
public struct RowKey: Hashable, Comparable, Sendable {
  public var feed: FeedID
  public var object: ObjectKey
  public init(_ feed: FeedID, _ object: ObjectKey) {
    self.feed = feed
    self.object = object
  }
  public static func < (a: RowKey, b: RowKey) -> Bool {
    a.object == b.object ? a.feed.rawValue < b.feed.rawValue : a.object < b.object
  }
  /// "resourcebindings shop/web-deployment", for messages.
  public var title: String { "\(feed.resource.kind) \(object)" }
}
