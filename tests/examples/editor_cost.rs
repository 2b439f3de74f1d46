//! What `cargo xtask bench editor` runs: `editor_cost HOST` prints one line of JSON about the window of the bundle that
//! `OCTANT_CLAP` names, on an X server that draws in software. Shares are percent of one core, over ten seconds.
//!
//! The rasteriser is not ours: with `GALLIUM_NOOP` Mesa does everything but draw, and what it costs less is its share.

#[cfg(target_os = "linux")]
fn main() {
    use octant_tests::screen::{Host, Server};
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    const SECONDS: f64 = 10.0;
    /// The smallest window.
    const TASTE: &str = r#"{"size": [760, 420]}"#;

    let program = PathBuf::from(std::env::args().nth(1).expect("it goes: editor_cost HOST"));
    let server = Server::start().expect("a server");
    let host = |environment: &[(&str, &str)]| Host::start(&program, &server, TASTE, environment);
    let noop = [("GALLIUM_NOOP", "1")];
    // The system's allocator has a pool for each thread, and keeps what went through it: that is not what windows leave.
    let one_pool = [("MALLOC_ARENA_MAX", "1")];
    let mut whole = host(&one_pool);
    // Threads of the host, and of the instance without a window; what comes later comes with the window.
    let others: Vec<String> = whole.usage().work_ns.into_iter().map(|(name, _)| name).collect();
    let ours = |name: &str| !others.iter().any(|other| other == name);
    let share = |host: &mut Host| {
        std::thread::sleep(Duration::from_secs(2));
        let (begun, before) = (Instant::now(), host.usage());
        std::thread::sleep(Duration::from_secs_f64(SECONDS));
        let after = host.usage();
        let spent = begun.elapsed().as_nanos() as f64;
        let of = |fits: &dyn Fn(&str) -> bool| 100.0 * after.work_since(&before, fits) as f64 / spent;
        for name in after.work_ns.iter().map(|(name, _)| name).collect::<std::collections::BTreeSet<_>>() {
            eprintln!("  {name:20} {:6.2} %", of(&|other| other == name.as_str()));
        }
        of(&ours)
    };

    // What a window's threads leave to the system comes a moment after them.
    let settled = |host: &mut Host| {
        std::thread::sleep(Duration::from_millis(700));
        host.usage()
    };
    let mut opening: Vec<f64> = (0..9)
        .map(|_| {
            let [.., ms] = whole.open("");
            whole.ask("close");
            ms
        })
        .collect();
    let first = opening[0];
    opening.sort_by(f64::total_cmp);
    whole.ask("play noise");
    eprintln!("closed");
    let closed = share(&mut whole);
    let before = settled(&mut whole);
    whole.open("");
    eprintln!("moving, drawn in software");
    let drawn = share(&mut whole);
    whole.ask("play silence");
    std::thread::sleep(Duration::from_secs(10));
    eprintln!("still, drawn in software");
    let still = share(&mut whole);
    whole.ask("close");
    for _ in 0..20 {
        whole.open("");
        whole.ask("close");
    }
    let after = settled(&mut whole);
    whole.quit();

    let mut bare = host(&noop);
    bare.ask("play noise");
    bare.open("blind");
    eprintln!("moving, not drawn");
    let moving = share(&mut bare);
    bare.quit();
    println!(
        "{{\"first_ms\": {first:.1}, \"open_ms\": {:.1}, \"closed\": {closed:.3}, \"moving\": {moving:.3}, \
         \"rasteriser\": {:.3}, \"still\": {still:.3}, \"mib\": {:.3}, \"files\": {}, \"threads\": {}}}",
        opening[opening.len() / 2],
        drawn - moving,
        (after.kib as f64 - before.kib as f64) / 1024.0,
        after.files as i64 - before.files as i64,
        after.threads as i64 - before.threads as i64,
    );
}

#[cfg(not(target_os = "linux"))]
fn main() {}
