//! Many files at once: one thread per job slot, one bad file does not stop the others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::error::Failure;
use crate::plan::Job;
use crate::render::{Options, Rendered, render};

/// Renders all jobs with so many threads and returns the outcomes in the order of the jobs.
pub fn render_all(jobs: &[Job], threads: usize, options: &Options<'_>) -> Vec<Result<Rendered, Failure>> {
    // Relaxed: only that every job is taken once counts.
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Mutex<Option<Result<Rendered, Failure>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some((job, slot)) = take(&next, jobs, &outcomes) {
            let outcome = render_guarded(job, options);
            match &outcome {
                Ok(rendered) => tell_success(job, rendered, options),
                Err(failure) => options.console.error(&failure.sentence),
            }
            if let Ok(mut slot) = slot.lock() {
                *slot = Some(outcome);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(jobs.len()) {
            scope.spawn(work);
        }
        work();
    });
    outcomes
        .into_iter()
        .map(|slot| slot.into_inner().ok().flatten().unwrap_or_else(|| Err(Failure::processing("a file was left out"))))
        .collect()
}

fn take<'a, T>(next: &AtomicUsize, jobs: &'a [Job], slots: &'a [T]) -> Option<(&'a Job, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    Some((jobs.get(index)?, slots.get(index)?))
}

/// A decoder that panics over a malicious file must not take the other files with it.
fn render_guarded(job: &Job, options: &Options<'_>) -> Result<Rendered, Failure> {
    catch_unwind(AssertUnwindSafe(|| render(job, options))).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        Err(Failure::processing(format!(
            "{}: a fault of the program stopped the work ({}); please report it with the file",
            job.input.name(),
            words.unwrap_or_default().replace('\n', " ")
        )))
    })
}

fn tell_success(job: &Job, rendered: &Rendered, options: &Options<'_>) {
    if options.console.is_terminal() {
        options.console.say(&format!(
            "{} → {}: {:.1} s of audio in {:.2} s ({:.0} × real time)",
            job.input.name(),
            job.output.name(),
            rendered.audio_seconds,
            rendered.wall_seconds,
            rendered.audio_seconds / rendered.wall_seconds.max(1e-9)
        ));
    }
}
