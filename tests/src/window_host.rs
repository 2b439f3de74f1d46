//! The host of `window_host`: its window, its audio thread, its commands.

use crate::random::Random;
use crate::system::raw::{Library, Plugin};
use crate::system::raw_block::{Block, Event};
use plugin::editor::look::{Look, Theme};
use std::fs;
use std::io::BufRead;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, ImageFormat, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 512;
/// Longest wait for something to be seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs until standard input ends.
pub fn run() {
    let library = Library::shipped();
    let plugin = library.plugin("audio.octant.octant", true).expect("an instance");
    assert!(plugin.start(RATE_HZ, FRAMES as u32));
    let (x, screen) = x11rb::connect(None).expect("DISPLAY names an X server");
    let stage = Stage { x, screen };
    let sound = Sound::default();
    let (send, receive) = channel();
    std::thread::scope(|scope| {
        let audio = {
            let (plugin, sound) = (&plugin, &sound);
            move || play(plugin, sound, &receive)
        };
        std::thread::Builder::new().name("audio".into()).spawn_scoped(scope, audio).expect("a thread");
        // Also if a command panics: the audio thread would play on, and the program never end.
        let _over = Over(&sound.over);
        obey(&plugin, &stage, &sound, &send);
    });
    plugin.stop();
}

/// Says that it is over when it goes.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// What the audio thread plays, and what it heard of gestures. Relaxed: each number stands alone.
#[derive(Default)]
struct Sound {
    noise: AtomicBool,
    over: AtomicBool,
    begun: AtomicU32,
    ended: AtomicU32,
}

/// Blocks at the pace of a sound card: silence, or bursts of noise that move everything on the display.
fn play(plugin: &Plugin<'_>, sound: &Sound, events: &Receiver<Event>) {
    let mut block = Block::new(2, FRAMES);
    let mut random = Random::named("window");
    let begun = Instant::now();
    for count in 1.. {
        if sound.over.load(Relaxed) {
            return;
        }
        let noise = sound.noise.load(Relaxed);
        for frame in 0..FRAMES {
            let place = (count as usize * FRAMES + frame) % 24_000;
            let level = if noise { 0.7 * (1.0 - place as f32 / 24_000.0).powi(3) } else { 0.0 };
            block.input.iter_mut().for_each(|row| row[frame] = level * random.bipolar());
        }
        block.events.clear();
        block.events.extend(events.try_iter());
        plugin.process(&mut block);
        sound.begun.fetch_add(block.sent.begun, Relaxed);
        sound.ended.fetch_add(block.sent.ended, Relaxed);
        let due = Duration::from_secs_f64(f64::from(count) * FRAMES as f64 / RATE_HZ);
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
    }
}

fn obey(plugin: &Plugin<'_>, stage: &Stage, sound: &Sound, events: &Sender<Event>) {
    let (send, lines) = channel();
    // It ends with the process: nobody can be woken from reading.
    std::thread::Builder::new()
        .name("commands".into())
        .spawn(move || std::io::stdin().lock().lines().map_while(Result::ok).try_for_each(|line| send.send(line)))
        .expect("a thread");
    let mut parent = None;
    loop {
        let line = match lines.recv_timeout(Duration::from_millis(5)) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                plugin.poll();
                let wanted = plugin.host.wanted_size.swap(0, Relaxed);
                if let (1.., Some(window), false) = (wanted, parent, plugin.host.stubborn.load(Relaxed)) {
                    stage.resize(window, [(wanted >> 32) as u32, wanted as u32]);
                }
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let params = plugin.params();
        let named = |name: &str| params.iter().find(|param| param.name == name).expect("a parameter of this name");
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["open", ref how @ ..] => println!("{}", open(plugin, stage, &mut parent, how == ["blind"])),
            ["size", width, height] => {
                let size = [width, height].map(|number| number.parse().expect("pixels"));
                let agreed = plugin.resize_window(size);
                if let Some(window) = parent {
                    stage.resize(window, plugin.window_size());
                }
                println!("sized {agreed}");
            }
            ["stubborn"] => {
                plugin.host.stubborn.store(true, Relaxed);
                println!("stubborn");
            }
            ["size"] => {
                let [width, height] = plugin.window_size();
                println!("size {width} {height}");
            }
            ["close"] => {
                plugin.drop_window();
                if let Some(window) = parent.take() {
                    stage.destroy(window);
                }
                println!("closed");
            }
            ["destroy", "parent"] => {
                stage.destroy(parent.take().expect("it is open"));
                println!("destroyed");
            }
            ["play", what] => {
                sound.noise.store(what == "noise", Relaxed);
                println!("plays {what}");
            }
            ["set", ref name @ .., text] => {
                let param = named(&name.join(" "));
                let plain = plugin.parse(param.id, text).expect("a value");
                events.send(Event::value(0, param.id, param.cookie, plain)).expect("the audio thread listens");
                println!("sent");
            }
            ["value", ref name @ ..] => {
                let id = named(&name.join(" ")).id;
                let value = plugin.value(id).expect("a value");
                println!("value {}", plugin.text(id, value).expect("a text"));
            }
            ["gestures"] => println!("gestures {} {}", sound.begun.load(Relaxed), sound.ended.load(Relaxed)),
            ["usage"] => println!("{}", usage()),
            ["quit"] => return,
            _ => panic!("{line:?} is no command"),
        }
    }
}

fn open(plugin: &Plugin<'_>, stage: &Stage, parent: &mut Option<Window>, blind: bool) -> String {
    if parent.is_some() {
        // Hosts ask for a second window of the same instance now and then.
        return format!("refused {}", !plugin.make_window());
    }
    let begun = Instant::now();
    assert!(plugin.make_window(), "the window is made");
    let [width, height] = plugin.window_size();
    let window = stage.window(width, height);
    *parent = Some(window);
    assert!(plugin.show_window_in(window), "the window is shown");
    while !blind && !stage.shows(window) {
        assert!(begun.elapsed() < PATIENCE, "nothing is seen");
        plugin.poll();
        std::thread::sleep(Duration::from_millis(2));
    }
    format!("opened {window} {width} {height} {:.1}", begun.elapsed().as_secs_f64() * 1e3)
}

/// The X server.
struct Stage {
    x: RustConnection,
    screen: usize,
}

impl Stage {
    /// A window at the upper left, of a colour that Octant does not have.
    fn window(&self, width: u32, height: u32) -> Window {
        let screen = &self.x.setup().roots[self.screen];
        let window = self.x.generate_id().expect("a number");
        let [width, height] = [width, height].map(|pixels| pixels.clamp(1, 16_000) as u16);
        let look = CreateWindowAux::new().background_pixel(0x00ff_00ff).override_redirect(1);
        let class = WindowClass::INPUT_OUTPUT;
        let made =
            self.x.create_window(screen.root_depth, window, screen.root, 0, 0, width, height, 0, class, 0, &look);
        made.expect("sent").check().expect("a window");
        let title = self.x.change_property8(
            PropMode::REPLACE,
            window,
            u32::from(AtomEnum::WM_NAME),
            u32::from(AtomEnum::STRING),
            b"host",
        );
        title.expect("sent").check().expect("a title");
        self.x.map_window(window).expect("sent").check().expect("it is seen");
        window
    }

    fn resize(&self, window: Window, [width, height]: [u32; 2]) {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.x.configure_window(window, &size).expect("sent").check().expect("it was there");
    }

    fn destroy(&self, window: Window) {
        self.x.destroy_window(window).expect("sent").check().expect("it was there");
    }

    /// Whether Octant's name is seen at the upper left of the window: its ground with other colours on it.
    fn shows(&self, window: Window) -> bool {
        let image = self.x.get_image(ImageFormat::Z_PIXMAP, window, 3, 3, 90, 30, !0).expect("sent").reply();
        let ground = Look::of(Theme::Dark).ground;
        image.is_ok_and(|image| {
            let pixels: Vec<[u8; 3]> = image.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
            let near = |a: u8, b: u8| a.abs_diff(b) <= 3;
            let is_ground = |[r, g, b]: &[u8; 3]| near(*r, ground.r()) && near(*g, ground.g()) && near(*b, ground.b());
            pixels.first().is_some_and(is_ground) && pixels.iter().filter(|pixel| !is_ground(pixel)).count() > 100
        })
    }
}

/// Memory that is not shared with files, open files, threads and the time that each thread has worked.
fn usage() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: u64 = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    // One of them is that by which they are counted.
    let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count) - 1;
    let threads: Vec<String> = fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .filter_map(|task| {
            let task = task.ok()?.path();
            let name = fs::read_to_string(task.join("comm")).ok()?.trim().replace([' ', '='], "-");
            let spent = fs::read_to_string(task.join("schedstat")).ok()?;
            let main = task.file_name()?.to_str()? == std::process::id().to_string();
            Some(format!("{}={}", if main { "main" } else { &name }, spent.split_whitespace().next()?))
        })
        .collect();
    format!("usage {kib} {files} {} {}", threads.len(), threads.join(" "))
}
