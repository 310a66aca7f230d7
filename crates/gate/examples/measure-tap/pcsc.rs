//! Whole taps on the PC/SC road: this gate, pcscd, its vpcd driver, and the card in a process of its own.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use kippu_card::{
    pcsc::PcscReader,
    reader::{Reader, ReaderState},
    virtual_card::VirtualCard,
};
use kippu_gate::tap::tap;

use crate::{
    Fault, Gates,
    clock::{ms, quantile},
    world::{NOW, written_card},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// The card's process; the card is lifted when this is dropped.
struct Lying(Child);

impl Drop for Lying {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The card's memory; gone with this.
struct Image(PathBuf);

impl Drop for Image {
    fn drop(&mut self) {
        // What is left in the folder for temporary files harms nobody.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Taps in and out by turns and prints one row: bit rate, taps, connecting to the card, the tap itself, both together.
pub fn measure(folder: &Path, kbit: &str, taps: u32) -> Result<(), Fault> {
    // A chip has no disk to wait for: the image lies in memory where there is such a folder.
    let shm = Path::new("/dev/shm");
    let images = if shm.is_dir() { shm } else { folder };
    let image = Image(images.join(format!("kippu-tap-{kbit}-{}.card", std::process::id())));
    let chip = written_card(1)?.chip().clone();
    VirtualCard::open(&image.0, || chip)?;
    let mut reader = PcscReader::new(Some("Kippu Reader 1".into()));
    let _lying = lay(&image.0, kbit)?;
    let until = Instant::now() + PATIENCE;
    while !matches!(reader.poll(Duration::from_secs(1)), ReaderState::Present(_)) {
        if Instant::now() > until {
            return Err("pcscd does not see the card".into());
        }
    }

    let mut gates = Gates::open(folder, &format!("pcsc-{kbit}"))?;
    let (mut connects, mut inners, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..taps {
        let (bundle, log) = match round % 2 {
            0 => &mut gates.entry,
            _ => &mut gates.exit,
        };
        let keys = bundle.key_store();
        let began = Instant::now();
        let mut transport = reader.connect()?;
        let connected = ms(began);
        let tapped = tap(Box::new(&mut transport), &keys, bundle, log, NOW)?;
        let whole = ms(began);
        if !tapped.outcome.passes() {
            return Err(format!("tap {round} was refused: {}", tapped.outcome.word()).into());
        }
        connects.push(connected);
        inners.push(whole - connected);
        wholes.push(whole);
    }
    print!("| {kbit} | {taps} |");
    for values in [&mut connects, &mut inners, &mut wholes] {
        print!(
            " {:.1} | {:.1} |",
            quantile(values, 0.5),
            quantile(values, 0.99)
        );
    }
    println!(" {:.1} |", quantile(&mut wholes, 1.0));
    Ok(())
}

fn lay(image: &Path, kbit: &str) -> Result<Lying, Fault> {
    let ports = env::var("KIPPU_VPCD_PORTS").map_err(|_| "run this in script/pcsc-lab")?;
    let port = ports.split(' ').next().ok_or("the lab has no reader")?;
    let mut command = Command::new(beside("virtual-card")?);
    command
        .args(["--reader", &format!("127.0.0.1:{port}"), "--image"])
        .arg(image)
        .stdout(Stdio::piped());
    if kbit != "0" {
        command.args(["--timing", kbit]);
    }
    let mut lying = Lying(command.spawn()?);
    let mut line = String::new();
    let output = lying.0.stdout.take().ok_or("the card says nothing")?;
    BufReader::new(output).read_line(&mut line)?;
    if line.starts_with("lying on") {
        Ok(lying)
    } else {
        Err("the card could not be laid down".into())
    }
}

/// A binary of the same build: it lies one folder above the examples.
fn beside(name: &str) -> Result<PathBuf, Fault> {
    let own = env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("no folder")?;
    Ok(folder.join(name))
}
