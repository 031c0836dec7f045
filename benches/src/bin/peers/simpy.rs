//! SimPy's side: a script beside this bench, started once for each run. It reads the customers from a file and times itself.

use crate::models::{Answer, Customer, Model, Run};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has SimPy.
#[derive(Clone, Debug)]
pub struct SimPy {
    python: PathBuf,
    /// Of SimPy and of Python.
    pub versions: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// The Python of `install-simpy.sh`, or else the machine's, if it has SimPy.
pub fn find() -> Option<SimPy> {
    [folder().join("venv/bin/python3"), "python3".into()].into_iter().find_map(|python| {
        let tell = "import platform, simpy; print(simpy.__version__, 'on Python', platform.python_version())";
        let output = Command::new(&python).args(["-c", tell]).output().ok().filter(|output| output.status.success())?;
        Some(SimPy { python, versions: String::from_utf8_lossy(&output.stdout).trim().into() })
    })
}

impl SimPy {
    /// Plays the model.
    pub fn run(&self, model: Model, customers: &[Customer]) -> Run {
        let file = std::env::temp_dir().join(format!("gatecrash-peers-{}.txt", std::process::id()));
        std::fs::write(&file, text(customers)).expect("the folder for temporary files can be written");
        let arguments = match model {
            Model::Station { servers, impatient } => ["station".into(), servers.to_string(), u8::from(impatient).to_string()],
            Model::Hold { pending } => ["hold".into(), pending.to_string(), model.horizon(customers.len()).to_string()],
        };
        let script = folder().join("simpy_models.py");
        let output = Command::new(&self.python).arg(script).arg(&file).args(arguments).output().expect("python starts");
        std::fs::remove_file(&file).expect("it was written above");
        let said = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<u64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [served, left, waited, nanos] = numbers[..] else {
            panic!("SimPy says {said:?} and {}", String::from_utf8_lossy(&output.stderr));
        };
        Run { answer: Answer { served, left, waited }, nanos: nanos as f64 }
    }
}

fn text(customers: &[Customer]) -> String {
    let mut text = String::new();
    for Customer { gap, service, patience } in customers {
        writeln!(text, "{gap} {service} {patience}").expect("a string takes everything");
    }
    text
}
