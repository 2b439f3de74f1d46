//! Compiles the kernels once per instruction set.

use std::env;

const KERNELS: [&str; 8] = ["down.c", "up.c", "glide.c", "detect.c", "dynamics.c", "weigh.c", "rows.c", "table.c"];

fn build() -> cc::Build {
    let mut build = cc::Build::new();
    build
        .include("include")
        .std("c11")
        .opt_level(3)
        .warnings(true)
        .flag_if_supported("-ffp-contract=off")
        // The same for clang-cl. Microsoft's compiler contracts nothing unless it is told to.
        .flag_if_supported("/clang:-ffp-contract=off")
        .flag_if_supported("-fvisibility=hidden")
        .flag_if_supported("-fno-math-errno");
    build
}

fn compile(name: &str, files: &[&str], adjust: impl Fn(&mut cc::Build)) {
    let mut build = build();
    adjust(&mut build);
    build.files(files.iter().map(|file| format!("csrc/{file}"))).compile(name);
}

fn main() {
    println!("cargo::rerun-if-changed=csrc");
    println!("cargo::rerun-if-changed=include");
    let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    compile("octant_fp_mode", &["fp_mode.c"], |_| ());
    match arch.as_str() {
        "x86_64" => {
            compile("octant_baseline", &KERNELS, |_| ());
            compile("octant_v3", &KERNELS, |build| {
                build.define("OCT_ISA_V3", None);
                if build.get_compiler().is_like_msvc() {
                    build.flag("/arch:AVX2");
                } else {
                    build.flag("-mavx2").flag("-mfma");
                }
            });
        }
        "aarch64" => compile("octant_neon", &KERNELS, |_| ()),
        // Others run the table in Rust.
        _ => (),
    }
}
