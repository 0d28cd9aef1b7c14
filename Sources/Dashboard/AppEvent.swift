import ControlPlane
import Karmada
import Manifest

/// Everything that can happen to the dashboard: it says what happened, not what to do.
public enum AppEvent: Sendable {
  case input(TerminalInput)
  case tick(Time)
  case feed(FeedID, FeedUpdate)
  case failovers(FailoverNews)
  case failoverAct(FailoverActNews)
  case serverVersion(String)
  /// The whole object that `fetchObject` asked for.
  case objectRead(token: Int, Result<JSONValue, APIError>)
  case worksRead(token: Int, Result<[Work], APIError>)
  /// What `readOverrides` asked for, and what clusters get by it.
  case overridesRead(token: Int, OverrideReading)
  /// An object of a member, as `readMember` asked for it.
  case memberRead(token: Int, cluster: String, Result<JSONValue, APIError>)
  case overridesCompared(token: Int, OverrideFindings)
  case rollback(RollbackNews)
  case override(OverrideNews)
  case replay(ReplayStatus)
  case demo(DemoStatus)
  /// An effect could not be carried out, or there is something to say.
  case notice(StatusMessage)
  case themeChanged(String)
  case mouseChanged(Bool)
  /// A frame has been drawn since something came up that `AppState.awaitsDrawing`.
  case drawn
}

/// What `update` wants done outside; the session does it and reports back with events.
public enum Effect: Hashable, Sendable {
  case quit
  case suspend
  case repaint
  case copy(String)
  case setTheme(String)
  case setMouse(Bool)
  /// List these again now.
  case refresh([FeedID])
  /// Poll at an interval instead of watching; nil goes back to watching.
  case setPolling(Duration?)
  case fetchRow(token: Int, RowKey)
  /// Any object by reference; its path is found by discovery.
  case fetchObject(token: Int, ObjectReference)
  /// The Works of a binding of that feed, by the permanent id that they share.
  case fetchWorks(token: Int, of: FeedID, permanentID: String)
  /// Template, binding, override policies and Works of one object; the preview made of them. A
  /// newer one replaces it.
  case readOverrides(token: Int, OverrideQuestion)
  /// An object in a member, through the cluster's proxy.
  case readMember(token: Int, cluster: String, ObjectReference)
  /// What one tab of the Overrides pane shows, worked out beside the screen's own thread.
  case compareOverrides(
    token: Int, OverrideReading, cluster: String?, member: Result<JSONValue, APIError>?)
  /// Keep these in the journal, and report them as they are kept.
  case keepEpisodes([Episode])
  case keepAcknowledgement(Acknowledgement, of: Episode)
  /// Note that somebody is watching.
  case noteWatching(until: Time)
  /// Watching has begun, or goes on after a break (since then; nil at the start): say which time
  /// nobody watched.
  case resumeWatching(since: Time?, at: Time, why: String)
  /// Read what an act on a failover would do, and let the server check it.
  case planAct(token: Int, FailoverAct)
  /// Do it; it has been confirmed.
  case runAct(FailoverActPlan)
  /// Watch the Works of exactly these bindings.
  case followWorks([BindingIdentity])
  /// Read the object that a binding brought to a cluster: whether it carries the state.
  case lookForState(ObjectKey, cluster: String, ObjectReference)
  case rollback(RollbackOrder)
  case override(OverrideOrder)
  /// Moves a replay to a second, or changes the speed of a replay or a demo (0 pauses).
  case seek(Double)
  case setSpeed(Double)
  /// Lets something go wrong in an embedded Karmada, as one line says.
  case fault(String)
}
