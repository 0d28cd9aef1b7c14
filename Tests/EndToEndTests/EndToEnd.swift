import Testing

/// The stories that need a terminal, one after the other: each runs several programs.
@Suite(
  .serialized, .enabled(if: TmuxScreen.isPossible, "needs tmux and bash"),
  .timeLimit(.minutes(5)))
enum EndToEnd {}
