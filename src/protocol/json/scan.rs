//! Where values begin and end in JSON text (RFC 8259).

/// How deep values may be nested. Janus reads 2048 levels, of which a message needs some itself.
const DEEPEST: usize = 2000;

/// A place in a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte here, and zero at the end, which no JSON text holds.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.space();
        self.at >= self.text.len()
    }

    /// Passes this byte, if it is here.
    fn pass(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == byte;
        self.at += usize::from(is_here);
        is_here
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.pass(byte).then_some(())
    }

    /// Passes a string and gives what is between its quotes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek() {
                b'"' => break,
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at - 1)
    }

    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        match self.peek() {
            b'u' => {
                let digits = self.text.get(self.at + 1..self.at + 5)?;
                self.at += 5;
                digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())
            }
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at += 1;
                Some(())
            }
            _ => None,
        }
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.pass(b'-');
        if !self.pass(b'0') {
            self.digits()?;
        }
        if self.pass(b'.') {
            self.digits()?;
        }
        if self.pass(b'e') || self.pass(b'E') {
            let _sign = self.pass(b'+') || self.pass(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word))?;
        self.at += word.len();
        Some(())
    }

    fn key(&mut self) -> Option<&'a str> {
        self.space();
        let key = self.string()?;
        self.space();
        self.expect(b':')?;
        Some(key)
    }

    /// Passes one value with all it holds. Without recursion: how deep it goes is the server's choice.
    pub(super) fn value(&mut self) -> Option<()> {
        let mut closers: Vec<u8> = Vec::new();
        loop {
            self.space();
            match self.peek() {
                first @ (b'{' | b'[') => {
                    self.at += 1;
                    self.space();
                    // The closing byte comes two places after the opening one in both cases.
                    let closer = first + 2;
                    if !self.pass(closer) {
                        closers.push(closer);
                        if closer == b'}' {
                            self.key()?;
                        }
                        if closers.len() > DEEPEST {
                            return None;
                        }
                        continue;
                    }
                }
                b'"' => _ = self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => self.word()?,
            }
            if self.close(&mut closers)? {
                return Some(());
            }
        }
    }

    /// After a value: passes what closes, and the comma before the next value. Whether all is closed.
    fn close(&mut self, closers: &mut Vec<u8>) -> Option<bool> {
        while let Some(closer) = closers.last().copied() {
            self.space();
            if !self.pass(closer) {
                self.expect(b',')?;
                if closer == b'}' {
                    self.key()?;
                }
                return Some(false);
            }
            closers.pop();
        }
        Some(true)
    }

    fn taken(&mut self) -> Option<&'a str> {
        self.space();
        let start = self.at;
        self.value()?;
        self.text.get(start..self.at)
    }

    /// What Janus could not read in a well-formed text, in words.
    pub(super) fn unsendable(&mut self) -> Option<&'static str> {
        loop {
            match self.peek() {
                0 => return None,
                b'"' => {
                    let string = self.string()?;
                    if let Some(wrong) = unsendable_text(string) {
                        return Some(wrong);
                    }
                }
                b'-' | b'0'..=b'9' => {
                    let start = self.at;
                    self.number()?;
                    let number = self.text.get(start..self.at)?;
                    let whole = number.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
                    if whole && number.parse::<i64>().is_err() {
                        return Some("holds an integer that Janus cannot read: at most 2^63 - 1");
                    }
                }
                _ => self.at += 1,
            }
        }
    }
}

fn unsendable_text(string: &str) -> Option<&'static str> {
    let mut rest = string;
    while let Some((_, escape)) = rest.split_once('\\') {
        let (unit, after) = escaped_unit(escape)?;
        match unit {
            0 => return Some("holds U+0000, which Janus cannot read"),
            0xD800..0xE000 if pair(unit, after).is_none() => {
                return Some("holds half of a surrogate pair, which Janus cannot read");
            }
            0xD800..0xE000 => rest = after.get(6..)?,
            _ => rest = after,
        }
    }
    None
}

/// What an escape, from behind its backslash, stands for, and what comes after it.
fn escaped_unit(escape: &str) -> Option<(u32, &str)> {
    let first = escape.chars().next()?;
    let plain = match first {
        'u' => {
            let unit = u32::from_str_radix(escape.get(1..5)?, 16).ok()?;
            return Some((unit, escape.get(5..)?));
        }
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        other => other,
    };
    Some((u32::from(plain), escape.get(first.len_utf8()..)?))
}

/// The character of two halves, the second of which is the escape `after` begins with.
fn pair(high: u32, after: &str) -> Option<char> {
    let (low, _) = escaped_unit(after.strip_prefix('\\')?)?;
    let is_pair = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    is_pair.then(|| char::from_u32(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)))?
}

/// The text a string value stands for. Half characters become U+FFFD: text of this language has none.
pub(super) fn text(value: &str) -> Option<String> {
    let mut rest = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::with_capacity(rest.len());
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.push_str(plain);
        let (unit, after) = escaped_unit(escape)?;
        rest = after;
        if let Some(character) = pair(unit, after) {
            out.push(character);
            rest = after.get(6..)?;
        } else {
            out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The fields of an object, names as they are written.
pub(crate) fn fields(object: &str) -> Option<Vec<(&str, &str)>> {
    let mut scan = Scan::new(object);
    scan.space();
    scan.expect(b'{')?;
    let mut found = Vec::new();
    scan.space();
    while scan.peek() == b'"' {
        found.push((scan.key()?, scan.taken()?));
        scan.space();
        scan.pass(b',');
        scan.space();
    }
    Some(found)
}

/// The items of a list.
pub(crate) fn items(list: &str) -> Option<Vec<&str>> {
    let mut scan = Scan::new(list);
    scan.space();
    scan.expect(b'[')?;
    let mut found = Vec::new();
    scan.space();
    while !scan.pass(b']') {
        found.push(scan.taken()?);
        scan.space();
        scan.pass(b',');
        scan.space();
    }
    Some(found)
}
