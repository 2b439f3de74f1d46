//! Compiles the parts of the tests that are C: guards that replace library functions, signal handlers, the sizes of
//! the structs as C sees them.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=csrc");
    println!("cargo::rerun-if-changed=../dsp-c/include");
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let processor = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let compile = |name: &str, file: &str| {
        let mut build = cc::Build::new();
        // What is not Linux only is plain C11: Microsoft's compilers know no other.
        let standard = if system == "linux" { "gnu11" } else { "c11" };
        build.std(standard).opt_level(2).warnings(true).include("../dsp-c/include").file(file).compile(name);
    };
    compile("octant_test_layout", "csrc/layout.c");
    if system == "linux" && processor == "x86_64" {
        // One archive each: what replaces malloc must only reach the programs that ask for it.
        compile("octant_test_watch", "csrc/watch.c");
        compile("octant_test_faults", "csrc/faults.c");
    }
}
