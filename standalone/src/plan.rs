//! What is rendered to where: names are worked out and checked before any work begins.

use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::outputs;
use crate::sample::OutputFormat;
use crate::sink::{Container, SampleStyle};
use crate::source::Input;
use crate::staging::is_device;
use crate::trace::header_path;

/// What the user asked for.
pub struct Request<'a> {
    /// Inputs as named.
    pub inputs: &'a [PathBuf],
    /// Output file or directory as named.
    pub output: &'a Path,
    /// Sample format, if chosen.
    pub format: Option<OutputFormat>,
    /// Dither before rounding.
    pub dither: bool,
    /// Gain trace as named.
    pub trace: Option<&'a Path>,
    /// Reports as named.
    pub reports: &'a [PathBuf],
    /// Existing outputs may be replaced.
    pub overwrite: bool,
    /// Files that are read beside the inputs, and must not be written: sidechain and preset.
    pub also_read: Vec<PathBuf>,
}

/// Where the audio of a job goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// WAV to standard output.
    Stdout,
    /// A file, or a device or pipe that exists.
    Path(PathBuf),
}

impl Output {
    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".to_owned(),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// Numbers for programs.
    Json,
    /// A picture.
    Svg,
    /// A table for people.
    Text,
}

impl ReportKind {
    /// By the ending of a name.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Ok(Self::Json),
            Some(extension) if extension.eq_ignore_ascii_case("svg") => Ok(Self::Svg),
            Some(extension) if extension.eq_ignore_ascii_case("txt") => Ok(Self::Text),
            _ => Err(Failure::usage(format!(
                "--report {}: the name must end in .json, .svg or .txt, or be - for a table on standard output",
                path.display()
            ))),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Svg => "svg",
            Self::Text => "txt",
        }
    }
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTarget {
    /// How it looks.
    pub kind: ReportKind,
    /// A file; `None`: standard output.
    pub path: Option<PathBuf>,
}

/// One input and everything that is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Where the audio comes from.
    pub input: Input,
    /// Where it goes.
    pub output: Output,
    /// Its container.
    pub container: Container,
    /// Its samples.
    pub style: SampleStyle,
    /// Where the gain trace goes.
    pub trace: Option<PathBuf>,
    /// Where the reports go.
    pub reports: Vec<ReportTarget>,
}

/// All jobs, checked against each other and against what exists.
pub struct Plan {
    /// In the order of the inputs.
    pub jobs: Vec<Job>,
    /// A directory that is made for the outputs.
    pub new_directory: Option<PathBuf>,
}

/// Works out every name and refuses what would overwrite something.
pub fn plan(request: &Request<'_>) -> Result<Plan, Failure> {
    let output_name = request.output.display();
    let is_directory = request.output.is_dir();
    let wants_directory = is_directory || request.inputs.len() > 1 || ends_in_separator(request.output);
    if wants_directory && !is_directory && (request.output.exists() || request.output.as_os_str() == "-") {
        return Err(Failure::usage(format!(
            "-o {output_name}: several inputs need a directory as output, this is none"
        )));
    }
    if wants_directory && !is_directory && !ends_in_separator(request.output) && request.output.extension().is_some() {
        return Err(Failure::usage(format!(
            "-o {output_name}: several inputs need a directory as output, and this looks like a file; {output_name}/ makes \
             a directory of this name"
        )));
    }
    if request.trace.is_some_and(|trace| trace.as_os_str() == "-") {
        return Err(Failure::usage("--gain-trace -: a trace is a file with its header beside it; name one"));
    }
    let mut jobs = Vec::with_capacity(request.inputs.len());
    for input in request.inputs {
        let input = Input::from_argument(input);
        jobs.push(if wants_directory { directory_job(request, input)? } else { single_job(request, input)? });
    }
    let prints_report = jobs.iter().any(|job| job.reports.iter().any(|report| report.path.is_none()));
    if prints_report && jobs.iter().any(|job| job.output == Output::Stdout) {
        return Err(Failure::usage(
            "--report -: standard output carries the audio already; name a file for the report",
        ));
    }
    let plan = Plan { jobs, new_directory: (wants_directory && !is_directory).then(|| request.output.to_owned()) };
    let inputs = plan.jobs.iter().filter_map(|job| match &job.input {
        Input::Path(path) => Some(path),
        Input::Stdin => None,
    });
    let read: Vec<&PathBuf> = inputs.chain(&request.also_read).collect();
    let written = plan.jobs.iter().flat_map(files_of).collect();
    outputs::check(&read, written, request.overwrite, plan.new_directory.as_deref())?;
    Ok(plan)
}

fn single_job(request: &Request<'_>, input: Input) -> Result<Job, Failure> {
    let path = request.output;
    let (output, container) = if path.as_os_str() == "-" {
        (Output::Stdout, Container::Wav)
    } else {
        let container = Container::of(path).or(is_device(path).then_some(Container::Wav)).ok_or_else(|| {
            Failure::usage(format!(
                "-o {}: the name must end in .wav or .flac, or be an existing directory or -",
                path.display()
            ))
        })?;
        (Output::Path(path.to_owned()), container)
    };
    Ok(Job {
        input,
        style: style(request, container, &output.name())?,
        output,
        container,
        trace: request.trace.map(Path::to_owned),
        reports: request.reports.iter().map(|path| report_target(path, None)).collect::<Result<_, _>>()?,
    })
}

/// In a directory every output is named after its input. FLAC stays FLAC, everything else becomes WAV; an integer or
/// float format that FLAC cannot hold makes it WAV too.
fn directory_job(request: &Request<'_>, input: Input) -> Result<Job, Failure> {
    let Input::Path(path) = &input else {
        return Err(Failure::usage(format!(
            "-: standard input has no name, so its output in {} would have none; use -o - or -o FILE.wav",
            request.output.display()
        )));
    };
    let Some(stem) = path.file_stem() else {
        return Err(Failure::usage(format!("{}: is not the name of a file", path.display())));
    };
    let fits_flac = !matches!(request.format, Some(OutputFormat::S32 | OutputFormat::F32));
    let container =
        if fits_flac && Container::of(path) == Some(Container::Flac) { Container::Flac } else { Container::Wav };
    let beside = |suffix: &str| {
        let mut name = stem.to_owned();
        name.push(suffix);
        request.output.join(name)
    };
    let output = Output::Path(beside(if container == Container::Flac { ".flac" } else { ".wav" }));
    Ok(Job {
        style: style(request, container, &output.name())?,
        output,
        container,
        trace: request.trace.map(|_| beside(".gain.f32")),
        reports: request.reports.iter().map(|path| report_target(path, Some(&beside))).collect::<Result<_, _>>()?,
        input,
    })
}

/// A report as named; `beside` makes the name where only the ending counts.
pub fn report_target(path: &Path, beside: Option<&dyn Fn(&str) -> PathBuf>) -> Result<ReportTarget, Failure> {
    if path.as_os_str() == "-" {
        return Ok(ReportTarget { kind: ReportKind::Text, path: None });
    }
    let kind = ReportKind::of(path)?;
    let path = beside.map_or_else(|| path.to_owned(), |beside| beside(&format!(".report.{}", kind.extension())));
    Ok(ReportTarget { kind, path: Some(path) })
}

fn style(request: &Request<'_>, container: Container, name: &str) -> Result<SampleStyle, Failure> {
    let format = request.format.unwrap_or(container.default_format());
    if container == Container::Flac && matches!(format, OutputFormat::S32 | OutputFormat::F32) {
        return Err(Failure::usage(format!(
            "{name}: FLAC is written with 16 or 24 bit; use --format s16 or s24, or write .wav"
        )));
    }
    if request.dither && format == OutputFormat::F32 {
        return Err(Failure::usage(format!(
            "--dither: {name} is written as 32-bit float, which needs none; add --format s16, s24 or s32, or leave it out"
        )));
    }
    Ok(SampleStyle { format, dither: request.dither })
}

fn ends_in_separator(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::is_separator)
}

/// Every file that a job makes.
fn files_of(job: &Job) -> Vec<PathBuf> {
    let mut files = Vec::new();
    if let Output::Path(path) = &job.output {
        files.push(path.clone());
    }
    if let Some(trace) = &job.trace {
        files.push(trace.clone());
        files.extend(header_path(trace));
    }
    files.extend(job.reports.iter().filter_map(|report| report.path.clone()));
    files
}
