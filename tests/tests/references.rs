//! What the compiled kernels need from elsewhere: nothing but memcpy, memmove and memset.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use object::read::archive::ArchiveFile;
use object::{Object, ObjectSymbol};

const ALLOWED: [&str; 4] = ["memcpy", "memmove", "memset", "_GLOBAL_OFFSET_TABLE_"];

/// Names that the objects of an archive use and none of them defines; but for the project's own.
fn foreign_references(archive: &Path) -> BTreeSet<String> {
    let bytes = fs::read(archive).unwrap_or_else(|error| panic!("{}: {error}", archive.display()));
    let members = ArchiveFile::parse(&*bytes).expect("an archive").members();
    let mut references = BTreeSet::new();
    let mut objects = 0;
    for member in members {
        let member = member.expect("a member").data(&*bytes).expect("its bytes");
        let Ok(file) = object::File::parse(member) else { continue };
        objects += 1;
        let undefined = file.symbols().filter(|symbol| symbol.is_undefined());
        references.extend(undefined.filter_map(|symbol| symbol.name().ok().map(str::to_owned)));
    }
    assert!(objects > 0, "{}: no objects", archive.display());
    references.retain(|name| !name.is_empty() && !name.starts_with("oct_"));
    references
}

/// Archives of kernels that were built for this profile.
fn kernel_archives() -> Vec<PathBuf> {
    let program = std::env::current_exe().expect("this program");
    let profile = program.parent().and_then(Path::parent).expect("deps in a profile");
    let builds = fs::read_dir(profile.join("build")).expect("outputs of build scripts");
    let outputs = builds.map(|entry| entry.expect("a build").path().join("out"));
    let files = outputs.filter_map(|output| fs::read_dir(output).ok()).flatten();
    let files = files.map(|entry| entry.expect("a file").path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        ["baseline", "v3", "neon", "fp_mode"].iter().any(|part| name == format!("liboctant_{part}.a"))
    };
    files.filter(is_ours).collect()
}

#[test]
#[cfg(unix)]
fn kernels_need_nothing_but_copying_and_filling() {
    let archives = kernel_archives();
    let names: BTreeSet<_> = archives.iter().filter_map(|path| path.file_name()).collect();
    assert!(names.len() >= 2, "archives are missing: {names:?}");
    for archive in &archives {
        let mut references = foreign_references(archive);
        references.retain(|name| !ALLOWED.contains(&name.as_str()));
        assert!(references.is_empty(), "{} needs {references:?}", archive.display());
    }
    println!("{} archives: {names:?}", archives.len());
}

/// Canary: an archive that allocates and locks is seen to.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn references_are_seen() {
    let references = foreign_references(&Path::new(env!("OUT_DIR")).join("liboctant_test_watch.a"));
    for name in ["__libc_malloc", "pthread_mutex_unlock", "prctl"] {
        assert!(references.contains(name), "{name} is not among {references:?}");
    }
}
