//! Whether the audio thread may ask for the time.

/// Whether reading the monotonic clock makes no system call. On Linux that depends on the clock that the kernel has
/// chosen: those named here are read in the program's own address space (vDSO); with others, such as the HPET, the
/// time of a block is not measured. macOS and Windows map theirs always. Asks the system; not real-time safe.
pub fn is_free() -> bool {
    const MAPPED: [&str; 4] = ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"];
    if cfg!(not(target_os = "linux")) {
        return true;
    }
    std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        .is_ok_and(|name| MAPPED.contains(&name.trim()))
}
