import GRDB

extension Journal {
  /// The tables, as a list of steps that only ever grows: a step that has been in a release is
  /// never changed. Each subject keeps its steps in its own file and adds them here.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    registerRollbacks(&migrator)
    registerAudit(&migrator)
    registerFailovers(&migrator)
    registerOverrideEdits(&migrator)
    return migrator
  }
}
