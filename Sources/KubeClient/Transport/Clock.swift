import Glibc
import Manifest

extension Time {
  /// The machine's clock.
  public static var now: Time {
    var moment = timespec()
    clock_gettime(CLOCK_REALTIME, &moment)
    return Time(nanoseconds: Int64(moment.tv_sec) &* 1_000_000_000 &+ Int64(moment.tv_nsec))
  }
}
