//! The program `octant`.

use std::process::ExitCode;

use clap::Parser;
use octant::cli::Cli;

fn main() -> ExitCode {
    // What a panic has to say is told in one sentence by whoever catches it.
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => octant::run::run(&cli),
        Err(told) => octant::run::tell(&told),
    }) {
        Ok(code) => ExitCode::from(code),
        Err(_) => {
            eprintln!("octant: a fault of the program stopped the work; please report what you did");
            ExitCode::from(octant::error::Kind::Processing.exit_code())
        }
    }
}
