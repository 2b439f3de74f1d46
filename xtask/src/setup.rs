//! Looks for the tools that building and testing need, and installs what is missing where it can.

use crate::{features, shell};
use anyhow::Result;
use std::path::Path;

/// One thing that must be there.
struct Need {
    what: &'static str,
    for_what: &'static str,
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const COMPILER: Need =
    Need { what: "a C compiler", for_what: "the kernels", packages: &["gcc", "libc6-dev"], present: has_compiler };

/// What only the tests need, and only on x86-64 Linux.
const FOREIGN: [Need; 3] = [
    Need {
        what: "a C cross-compiler for AArch64",
        for_what: "the tests of the AArch64 kernels",
        packages: &["gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"],
        present: has_cross_compiler,
    },
    Need {
        what: "qemu for AArch64 programs",
        for_what: "the tests of the AArch64 kernels",
        packages: &["qemu-user"],
        present: has_qemu,
    },
    Need {
        what: "valgrind",
        for_what: "the tests that count instructions, and cargo xtask bench",
        packages: &["valgrind"],
        present: has_valgrind,
    },
];

/// What `octant live` needs on Linux: to be built, and to be tested end to end.
const SOUND: [Need; 3] = [
    Need {
        what: "the headers of ALSA",
        for_what: "octant live",
        packages: &["pkg-config", "libasound2-dev"],
        present: has_alsa,
    },
    Need {
        what: "JACK",
        for_what: "octant live on a JACK server, and its tests",
        packages: &["pkg-config", "libjack-jackd2-dev", "jackd2"],
        present: has_jack,
    },
    Need {
        what: "a display without a screen",
        for_what: "the tests of the window of octant live",
        packages: &["xvfb", "xdotool", "openbox", "libgl1-mesa-dri", "libgl1", "libegl1", "libx11-xcb1"],
        present: has_display,
    },
];

/// What shows windows and moves their mouse on a Linux machine without a screen.
const WINDOWS: Need = Need {
    what: "an X server without a screen and a hand for it",
    for_what: "the tests of the window",
    packages: &["xvfb", "xdotool", "libgl1", "libgl1-mesa-dri"],
    present: has_windows,
};

fn has_windows() -> bool {
    shell::exists("Xvfb") && shell::exists("xdotool")
}

fn has_alsa() -> bool {
    features::has_library("alsa")
}

/// A display to open windows on, somebody who moves its pointer, and somebody who closes its windows.
fn has_display() -> bool {
    ["Xvfb", "xdotool", "openbox"].into_iter().all(shell::exists)
}

fn has_jack() -> bool {
    features::has_library("jack") && shell::exists("jackd")
}

/// Hosts that no crate brings, for Linux with apt.
const HOSTS: [Need; 7] = [
    Need { what: "libxcb", for_what: "the VST3 host vst3-host", packages: &["libxcb1-dev"], present: has_xcb },
    Need { what: "a C++ compiler", for_what: "Steinberg's test suite", packages: &["g++"], present: has_cpp },
    Need {
        what: "Python with venv",
        for_what: "the VST3 hosts pedalboard and DawDreamer",
        packages: &["python3", "python3-venv"],
        present: has_venv,
    },
    Need { what: "openbox", for_what: "windows of DawDreamer", packages: &["openbox"], present: has_openbox },
    Need { what: "qtractor", for_what: "its scan of the CLAP", packages: &["qtractor"], present: has_qtractor },
    Need { what: "Ardour", for_what: "the VST3 in a session", packages: &["ardour"], present: has_ardour },
    Need {
        what: "Zam's plugins",
        for_what: "telling faults of hosts from ours",
        packages: &["zam-plugins"],
        present: has_zam,
    },
];

/// Whether programs can be linked with libxcb. Only Linux needs it.
pub fn has_xcb() -> bool {
    let places = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(Path::new);
    let below = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let places = places.into_iter().map(Path::to_owned).chain(below);
    cfg!(not(target_os = "linux")) || places.into_iter().any(|place| place.join("libxcb.so").exists())
}

fn has_cpp() -> bool {
    shell::exists("c++")
}

fn has_venv() -> bool {
    shell::output("python3", &["-c", "import ensurepip, venv"]).is_ok()
}

fn has_openbox() -> bool {
    shell::exists("openbox")
}

fn has_qtractor() -> bool {
    shell::exists("qtractor")
}

fn has_ardour() -> bool {
    (7..=9).any(|version| shell::exists(&format!("ardour{version}-lua")))
}

fn has_zam() -> bool {
    ["clap", "vst3"].iter().all(|format| Path::new(&format!("/usr/lib/{format}/ZamCompX2.{format}")).exists())
}

fn has_compiler() -> bool {
    let named = std::env::var("CC").ok().filter(|name| !name.is_empty());
    named.map_or_else(|| ["cc", "gcc", "clang"].into_iter().any(shell::exists), |name| shell::exists(&name))
}

fn has_cross_compiler() -> bool {
    shell::exists("aarch64-linux-gnu-gcc")
        && ["/usr/aarch64-linux-gnu/include/stdint.h", "/usr/aarch64-linux-gnu/sys-root/usr/include/stdint.h"]
            .into_iter()
            .any(|header| Path::new(header).exists())
}

fn has_qemu() -> bool {
    shell::exists("qemu-aarch64") || shell::exists("qemu-aarch64-static")
}

fn has_valgrind() -> bool {
    shell::exists("valgrind")
}

/// Everything that the tests need. `true` if all of it is there in the end; what is missing has been told.
pub fn for_tests() -> Result<bool> {
    let on_x86_linux = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    let foreign = if on_x86_linux { &FOREIGN[..] } else { &[] };
    let sound = if cfg!(target_os = "linux") { &SOUND[..] } else { &[] };
    let hosts = if cfg!(target_os = "linux") { &HOSTS[..1] } else { &[] };
    let windows = cfg!(target_os = "linux").then_some(&WINDOWS);
    let needs: Vec<&Need> =
        std::iter::once(&COMPILER).chain(foreign).chain(sound).chain(hosts).chain(windows).collect();
    let tools = provide(&needs)?;
    Ok(rust_components() && tools)
}

/// What building needs.
pub fn for_building() -> Result<bool> {
    provide(&[&COMPILER])
}

/// What the hosts of `validate` need, beside what building needs.
pub fn for_hosts() -> Result<bool> {
    let hosts = if cfg!(target_os = "linux") { &HOSTS[..] } else { &[] };
    let windows = cfg!(target_os = "linux").then_some(&WINDOWS);
    provide(&std::iter::once(&COMPILER).chain(hosts).chain(windows).collect::<Vec<_>>())
}

/// What opening windows needs, beside what building needs.
pub fn for_windows() -> Result<bool> {
    provide(&[&COMPILER, &WINDOWS])
}

/// What counting instructions needs.
pub fn for_counting() -> Result<bool> {
    provide(&[&COMPILER, &FOREIGN[2]])
}

fn provide(needs: &[&Need]) -> Result<bool> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(true);
    }
    for need in &missing {
        println!("missing: {}, for {}", need.what, need.for_what);
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    if shell::exists("apt-get") {
        install(&packages)?;
    }
    let still: Vec<&Need> = missing.into_iter().filter(|need| !(need.present)()).collect();
    if !still.is_empty() {
        let packages: Vec<&str> = still.iter().flat_map(|need| need.packages).copied().collect();
        println!("still missing: {}", still.iter().map(|need| need.what).collect::<Vec<_>>().join(", "));
        println!("to install, type:\n    {}", advice(&packages));
        println!("going on with what works without");
    }
    Ok(still.is_empty())
}

/// Installs by apt as root or by a sudo that asks nothing; does nothing where neither is possible.
fn install(packages: &[&str]) -> Result<()> {
    let Some(before) = rights() else {
        return Ok(());
    };
    let apt = |verb: &[&str]| -> Result<bool> {
        let words: Vec<&str> = [before, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"], verb].concat();
        shell::attempt(words[0], &words[1..])
    };
    let request: Vec<&str> = [&["install", "-y", "--no-install-recommends"], packages].concat();
    // A fresh machine has no lists; one that has them may find them outdated.
    let installed = has_lists() && apt(&request)?;
    if !installed && apt(&["update"])? {
        apt(&request)?;
    }
    Ok(())
}

/// The words that must stand before a command for it to act as root; `None` if nothing makes it so.
fn rights() -> Option<&'static [&'static str]> {
    if shell::output("id", &["-u"]).is_ok_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    shell::output("sudo", &["-n", "true"]).is_ok().then_some(&["sudo", "-n"])
}

fn has_lists() -> bool {
    let lists = std::fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten();
    lists.into_iter().any(|list| list.file_name().to_string_lossy().contains("_Packages"))
}

/// What to type on this kind of machine.
fn advice(packages: &[&str]) -> String {
    let list = packages.join(" ");
    if shell::exists("apt-get") {
        return format!("sudo apt-get update && sudo apt-get install {list}");
    }
    if cfg!(target_os = "macos") {
        return "xcode-select --install".into();
    }
    if cfg!(windows) {
        return "winget install Microsoft.VisualStudio.2022.BuildTools".into();
    }
    let known = [
        (
            "dnf",
            "sudo dnf install gcc gcc-aarch64-linux-gnu sysroot-aarch64-fc43-glibc qemu-user valgrind alsa-lib-devel jack-audio-connection-kit-devel xorg-x11-server-Xvfb xdotool",
        ),
        (
            "pacman",
            "sudo pacman -S gcc aarch64-linux-gnu-gcc aarch64-linux-gnu-glibc qemu-user valgrind alsa-lib jack2 xorg-server-xvfb xdotool",
        ),
        (
            "zypper",
            "sudo zypper install gcc cross-aarch64-gcc14 qemu-linux-user valgrind alsa-devel libjack-devel jack xorg-x11-server-Xvfb xdotool",
        ),
    ];
    known.into_iter().find(|(manager, _)| shell::exists(manager)).map_or_else(
        || format!("your package manager's command for what Debian calls: {list}"),
        |(_, line)| line.to_owned(),
    )
}

/// rustfmt and clippy, which small toolchains lack.
fn rust_components() -> bool {
    let missing = || -> Vec<&str> {
        [("rustfmt", "fmt"), ("clippy", "clippy")]
            .into_iter()
            .filter(|(_, verb)| shell::output("cargo", &[verb, "--version"]).is_err())
            .map(|(component, _)| component)
            .collect()
    };
    let wanted = missing();
    if wanted.is_empty() {
        return true;
    }
    println!("missing: {}, for the checks of the source", wanted.join(", "));
    let request: Vec<&str> = [&["component", "add"], &wanted[..]].concat();
    let _ = shell::attempt("rustup", &request);
    let still = missing();
    if !still.is_empty() {
        println!(
            "still missing: {}; to install, type:\n    rustup component add {}",
            still.join(", "),
            still.join(" ")
        );
    }
    still.is_empty()
}
