//! JavaScript values to types.
//!
//! `serde_wasm_bindgen`'s deserializer takes 20 kB more of compressed WebAssembly: its errors quote the
//! value that did not fit, and so link the printers of every kind of value. These name the field and
//! what was expected of it.
//!
//! A struct is read as the sequence of its fields, in the order of serde's list of their names, which
//! saves every type the code that sorts keys. This rules out `#[serde(alias)]`.

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use wasm_bindgen::prelude::*;

use super::pass;
use super::unfit::Unfit;
use crate::protocol::id::MAX_SAFE_INTEGER;

#[wasm_bindgen]
extern "C" {
    /// Any object; reading a field by index costs less than `Reflect`.
    type Fielded;

    #[wasm_bindgen(method, indexing_getter)]
    fn field(this: &Fielded, name: &str) -> JsValue;
}

/// A value to be read.
pub(super) struct Decode<'a>(pub(super) &'a JsValue);

/// A number as it came, never rounded.
enum Number {
    Unsigned(u64),
    Signed(i64),
    Fractional(f64),
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "compared with the largest safe integer, which is exact in both"
)]
fn number(value: &JsValue) -> Option<Number> {
    let Some(number) = value.as_f64() else {
        let unsigned = u64::try_from(value.clone()).map(Number::Unsigned);
        return unsigned.or_else(|_| i64::try_from(value.clone()).map(Number::Signed)).ok();
    };
    Some(if number.fract() != 0.0 || number.abs() > MAX_SAFE_INTEGER as f64 {
        Number::Fractional(number)
    } else {
        let whole = number as i64;
        u64::try_from(whole).map_or(Number::Signed(whole), Number::Unsigned)
    })
}

fn unsigned(value: &JsValue) -> Result<u64, Unfit> {
    match number(value) {
        Some(Number::Unsigned(number)) => Ok(number),
        _ => Err(Unfit::new("expected a whole number of at least 0")),
    }
}

fn is_nothing(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}

fn text(value: &JsValue) -> Result<String, Unfit> {
    value.as_string().ok_or_else(|| Unfit::new("expected text"))
}

fn items(value: &JsValue) -> Result<Items, Unfit> {
    let array = value.dyn_ref::<js_sys::Array>().cloned();
    array.map(|array| Items { array, at: 0 }).ok_or_else(|| Unfit::new("expected a list"))
}

fn object(value: &JsValue) -> Result<&Fielded, Unfit> {
    if value.is_object() {
        Ok(value.unchecked_ref())
    } else {
        Err(Unfit::new("expected an object"))
    }
}

fn keys(object: &Fielded) -> js_sys::Array {
    js_sys::Object::keys(object.unchecked_ref::<js_sys::Object>()).unchecked_into()
}

fn fields<'a>(value: &'a JsValue, names: &'static [&'static str]) -> Result<Fields<'a>, Unfit> {
    Ok(Fields { object: object(value)?, names: names.iter(), absent: "" })
}

/// Methods that read an unsigned integer, all alike.
macro_rules! unsigned {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.visit_u64(unsigned(self.0)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Decode<'_> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if let Some(text) = self.0.as_string() {
            return visitor.visit_string(text);
        }
        match number(self.0) {
            Some(Number::Unsigned(number)) => return visitor.visit_u64(number),
            Some(Number::Signed(number)) => return visitor.visit_i64(number),
            Some(Number::Fractional(number)) => return visitor.visit_f64(number),
            None => {}
        }
        if let Some(truth) = self.0.as_bool() {
            visitor.visit_bool(truth)
        } else if is_nothing(self.0) {
            visitor.visit_unit()
        } else if self.0.is_array() {
            visitor.visit_seq(items(self.0)?)
        } else {
            self.deserialize_map(visitor)
        }
    }

    unsigned!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let truth = self.0.as_bool();
        visitor.visit_bool(truth.ok_or_else(|| Unfit::new("expected true or false"))?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_f64(self.0.as_f64().ok_or_else(|| Unfit::new("expected a number"))?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_string(text(self.0)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if is_nothing(self.0) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(items(self.0)?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let mut fields = fields(self.0, names)?;
        visitor.visit_seq(&mut fields).map_err(|error| error.or_missing(fields.absent))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let object = object(self.0)?;
        let keys = Items { array: keys(object), at: 0 };
        visitor.visit_map(Entries { object, keys, key: String::new() })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        if name == pass::NAME {
            pass::put(self.0)?;
            return visitor.visit_unit();
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        if let Some(name) = self.0.as_string() {
            return visitor.visit_enum(Variant { name, content: &JsValue::UNDEFINED });
        }
        let keys = keys(object(self.0)?);
        let name = text(&keys.get(0))?;
        let content = object(self.0)?.field(&name);
        visitor.visit_enum(Variant { name, content: &content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 char bytes byte_buf unit unit_struct tuple_struct identifier
    }
}

/// The items of an array.
struct Items {
    array: js_sys::Array,
    at: u32,
}

impl Items {
    fn next(&mut self) -> Option<JsValue> {
        let item = (self.at < self.array.length()).then(|| self.array.get(self.at));
        self.at += 1;
        item
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        self.next().map(|item| seed.deserialize(Decode(&item))).transpose()
    }
}

/// The fields of a struct, in the order of its list of names.
struct Fields<'a> {
    object: &'a Fielded,
    names: std::slice::Iter<'static, &'static str>,
    /// The field that was last found absent.
    absent: &'static str,
}

impl Fields<'_> {
    fn next(&mut self) -> Option<(&'static str, JsValue)> {
        self.names.next().map(|name| (*name, self.object.field(name)))
    }

    /// An absent field that is no `Option` either has a default, or the struct says that it is needed.
    fn refused(&mut self, name: &'static str, value: &JsValue, error: Unfit) -> Result<(), Unfit> {
        if value.is_undefined() {
            self.absent = name;
            Ok(())
        } else {
            Err(error.of(name))
        }
    }
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unfit> {
        let Some((name, value)) = self.next() else { return Ok(None) };
        match seed.deserialize(Decode(&value)) {
            Ok(read) => Ok(Some(read)),
            Err(error) => self.refused(name, &value, error).map(|()| None),
        }
    }
}

/// The entries of an object.
struct Entries<'a> {
    object: &'a Fielded,
    keys: Items,
    key: String,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unfit> {
        let Some(key) = self.keys.next() else { return Ok(None) };
        self.key = text(&key)?;
        seed.deserialize(Decode(&key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(Decode(&self.object.field(&self.key)))
    }
}

/// A variant by its name, with what it holds.
struct Variant<'a> {
    name: String,
    content: &'a JsValue,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Unfit;
    type Variant = Decode<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Decode<'a>), Unfit> {
        Ok((seed.deserialize(StringDeserializer::new(self.name))?, Decode(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Decode<'_> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.deserialize_struct("", names, visitor)
    }
}
