//! Which function an instruction of this program belongs to.

use object::{Object, ObjectSegment, ObjectSymbol, SymbolKind};

/// All functions of the running program.
pub struct Symbols {
    /// Where the program was loaded.
    base: u64,
    /// Address, length, name; ascending.
    functions: Vec<(u64, u64, String)>,
    /// Where the C library was loaded.
    c_library: Vec<std::ops::Range<u64>>,
}

/// Stands for all functions of the C library; its symbol table does not tell them apart.
pub const C_LIBRARY: &str = "the C library";

/// Addresses of one line of a map of memory.
fn range(line: &str) -> std::ops::Range<u64> {
    let (start, end) = line.split_whitespace().next().and_then(|range| range.split_once('-')).expect("a range");
    let address = |text: &str| u64::from_str_radix(text, 16).expect("a hexadecimal address");
    address(start)..address(end)
}

impl Symbols {
    /// Reads the symbol table of the running program.
    pub fn of_this_program() -> Self {
        let path = std::env::current_exe().expect("this program");
        let bytes = std::fs::read(&path).expect("a readable program");
        let file = object::File::parse(&*bytes).expect("an executable");
        let lowest = file.segments().map(|segment| segment.address()).min().expect("a segment");
        let mut functions: Vec<(u64, u64, String)> = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .filter_map(|symbol| Some((symbol.address(), symbol.size(), symbol.name().ok()?.to_owned())))
            .collect();
        functions.sort_unstable();
        // The program is loaded anywhere: its first mapping is its lowest segment.
        let maps = std::fs::read_to_string("/proc/self/maps").expect("a map of memory");
        let path = path.to_str().expect("a path in UTF-8");
        let first = maps.lines().find(|line| line.ends_with(path)).expect("the program in its own map");
        let of_c = |line: &&str| line.rsplit('/').next().is_some_and(|file| file.starts_with("libc.so"));
        let c_library = maps.lines().filter(of_c).map(range).collect();
        Self { base: range(first).start - (lowest & !0xfff), functions, c_library }
    }

    /// Name of the function, or a question mark.
    pub fn name(&self, instruction: usize) -> &str {
        if self.c_library.iter().any(|range| range.contains(&(instruction as u64))) {
            return C_LIBRARY;
        }
        let address = (instruction as u64).wrapping_sub(self.base);
        let behind = self.functions.partition_point(|&(start, ..)| start <= address);
        let inside = |(start, size, _): &&(u64, u64, String)| address - start < *size;
        behind.checked_sub(1).map(|i| &self.functions[i]).filter(inside).map_or("?", |(.., name)| name)
    }
}
