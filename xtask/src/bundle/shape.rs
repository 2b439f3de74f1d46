//! The inside of a bundle on each system.

use super::NAME;
use crate::{project, shell};
use anyhow::{Context, Result};
use octant_hosts::{MONO_CLASS, STEREO_CLASS};
use std::path::Path;

/// The plugins in a VST3: name, class, category of its channels.
const CLASSES: [(&str, &str, &str); 2] = [(NAME, STEREO_CLASS, "Stereo"), ("Octant Mono", MONO_CLASS, "Mono")];
/// The window as hosts show it beside a plugin's name: the picture's pixels per point, and which picture it is.
const SNAPSHOTS: [(f64, &str); 2] = [(1.0, "editor-1x.png"), (2.0, "editor.png")];

/// What stands in a bundle beside the library.
pub struct Texts {
    /// Licences of Octant and of all that is linked into it.
    pub licences: String,
    /// Version of Octant.
    pub version: String,
}

/// Writes one bundle to `path`.
pub fn write(format: &str, library: &Path, path: &Path, texts: &Texts) -> Result<()> {
    if format == "clap" && !cfg!(target_os = "macos") {
        // A file is all there is; the licences lie beside it.
        return copy(library, path);
    }
    let contents = path.join("Contents");
    copy(library, &contents.join(binary(format)))?;
    let text = |name: &str, text: &str| {
        let path = contents.join(name);
        std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    };
    let resources = contents.join("Resources");
    std::fs::create_dir_all(&resources).with_context(|| format!("{} cannot be made", resources.display()))?;
    text("Resources/licences.txt", &texts.licences)?;
    text("Resources/version.txt", &format!("{NAME} {}\n", texts.version))?;
    if format == "vst3" {
        text("Resources/moduleinfo.json", &module_info(&texts.version))?;
        snapshots(&resources.join("Snapshots"))?;
    }
    if cfg!(target_os = "macos") {
        text("PkgInfo", "BNDL????")?;
        text("Info.plist", &property_list(format, &texts.version))?;
        sign(path)?;
    }
    Ok(())
}

/// Where the library of a bundle lies, below `Contents`.
fn binary(format: &str) -> String {
    let processor = std::env::consts::ARCH;
    match std::env::consts::OS {
        "macos" => format!("MacOS/{NAME}"),
        "windows" => {
            let processor = if processor == "aarch64" { "arm64" } else { processor };
            format!("{processor}-win/{NAME}.{format}")
        }
        system => format!("{processor}-{system}/{NAME}.so"),
    }
}

fn copy(library: &Path, path: &Path) -> Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    }
    std::fs::copy(library, path)
        .with_context(|| format!("{} cannot be copied to {}", library.display(), path.display()))?;
    strip(path);
    Ok(())
}

/// Leaves out the line tables, seven eighths of the file; the library under `target` keeps them for traces. A machine
/// without the tool keeps them here too.
fn strip(path: &Path) {
    let option = if cfg!(target_os = "macos") { "-S" } else { "--strip-debug" };
    if !cfg!(windows) {
        let _ = shell::output("strip", &[option, &path.display().to_string()]);
    }
}

/// Macs with their own processors load nothing that is not signed at all; this signature names nobody.
fn sign(path: &Path) -> Result<()> {
    shell::run("codesign", &["--force", "--sign", "-", &path.display().to_string()])
}

/// Name of the picture of a class, as the format gives it.
fn snapshot(class: &str, scale: f64) -> String {
    if scale == 1.0 { format!("{class}_snapshot.png") } else { format!("{class}_snapshot_{scale:.1}x.png") }
}

/// Pictures of both plugins, whose windows look alike.
fn snapshots(directory: &Path) -> Result<()> {
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    for (_, class, _) in CLASSES {
        for (scale, picture) in SNAPSHOTS {
            let from = project::root().join("assets/screenshots").join(picture);
            let to = directory.join(snapshot(class, scale));
            std::fs::copy(&from, &to)
                .with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
        }
    }
    Ok(())
}

/// What the library's factory says, for hosts that list plugins without loading them. The tests of the VST3 compare it
/// with the factory.
fn module_info(version: &str) -> String {
    let class = |(name, id, channels): (&str, &str, &str)| {
        let picture = |(scale, _): (f64, &str)| {
            let path = format!("Contents/Resources/Snapshots/{}", snapshot(id, scale));
            serde_json::json!({"Scale Factor": scale, "Path": path})
        };
        serde_json::json!({
            "CID": id,
            "Category": "Audio Module Class",
            "Name": name,
            "Vendor": "Octant Audio",
            "Version": version,
            "SDKVersion": "VST 3.6.14",
            "Sub Categories": ["Fx", "Dynamics", "EQ", "Mastering", channels],
            "Class Flags": 2,
            "Cardinality": 2_147_483_647,
            "Snapshots": SNAPSHOTS.map(picture),
        })
    };
    let module = serde_json::json!({
        "Name": NAME,
        "Version": version,
        "Factory Info": {
            "Vendor": "Octant Audio",
            "URL": "",
            "E-Mail": "",
            "Flags": {"Unicode": true, "Classes Discardable": false, "Component Non Discardable": false},
        },
        "Compatibility": [],
        "Classes": CLASSES.map(class),
    });
    format!("{module:#}\n")
}

fn property_list(format: &str, version: &str) -> String {
    let key = |key: &str, value: &str| format!("  <key>{key}</key>\n  <string>{value}</string>\n");
    let keys = [
        key("CFBundleExecutable", NAME),
        key("CFBundleIdentifier", &format!("audio.octant.octant.{format}")),
        key("CFBundleName", NAME),
        key("CFBundleDisplayName", NAME),
        key("CFBundlePackageType", "BNDL"),
        key("CFBundleSignature", "????"),
        key("CFBundleShortVersionString", version),
        key("CFBundleVersion", version),
        key("CFBundleDevelopmentRegion", "en"),
        key("CFBundleInfoDictionaryVersion", "6.0"),
        key("NSHumanReadableCopyright", "MIT OR Apache-2.0, Octant Audio"),
    ];
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n{}</dict>\n</plist>\n",
        keys.concat()
    )
}
