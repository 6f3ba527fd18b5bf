//! How much memory a window may take.

/// What is taken on the smallest machine, and at most.
const BOUNDS: (usize, usize) = (256 * 1024 * 1024, 4 * 1024 * 1024 * 1024);
/// The part of the memory that there is.
const PART: usize = 8;
/// Where a control group is told its limit (Linux, cgroup v2): a number, or `max`.
const GROUP: &str = "/sys/fs/cgroup/memory.max";

/// Bytes of documents that a window may hold: a part of the machine's memory, or of what its container is given.
pub(super) fn window_bytes() -> usize {
    let machine = rustix::system::sysinfo();
    let machine = machine.totalram.saturating_mul(u64::from(machine.mem_unit));
    part_of(machine, std::fs::read_to_string(GROUP).ok().as_deref())
}

fn part_of(machine: u64, group: Option<&str>) -> usize {
    let group = group.and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX);
    let (least, most) = BOUNDS;
    usize::try_from(machine.min(group)).unwrap_or(usize::MAX).div_euclid(PART).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn it_is_an_eighth_of_what_there_is_within_bounds() {
        for (machine, group, expected) in [
            (24 * GIB, None, 3 * GIB),
            (24 * GIB, Some("max\n"), 3 * GIB),
            (24 * GIB, Some("8589934592\n"), GIB),
            (24 * GIB, Some("1000"), GIB / 4),
            (GIB, None, GIB / 4),
            (512 * GIB, None, 4 * GIB),
        ] {
            assert_eq!(part_of(machine, group) as u64, expected, "{machine} {group:?}");
        }
    }
}
