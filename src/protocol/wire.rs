//! What travels, said once for both directions.

/// Makes a struct readable from JSON objects and writable as such.
///
/// The fields in front must be there, those after `optional` may be absent, the one after `raw` keeps the
/// object as it came for what is rarely asked, and those after `apart` never travel. A field is named on
/// the wire as it is in Rust, or by the text behind it.
macro_rules! wire {
    (
        $type:ident {
            $($required:ident $(= $required_name:literal)?),* $(,)?
            $(; optional $($optional:ident $(= $optional_name:literal)?),* $(,)?)?
            $(; raw $raw:ident)?
            $(; apart $($apart:ident),* $(,)?)?
        }
    ) => {
        impl $crate::protocol::json::Decode for $type {
            fn decode(value: &str) -> Result<Self, $crate::protocol::json::Unfit> {
                #[allow(unused_mut, reason = "not all types have optional fields")]
                let mut fields = $crate::protocol::json::Fields::of(value)?;
                let made = Self {
                    $($required: fields.required($crate::protocol::wire::name!($required $($required_name)?))?,)*
                    $($($optional: fields.optional($crate::protocol::wire::name!($optional $($optional_name)?)),)*)?
                    $($raw: $crate::protocol::json::Decode::decode(value)?,)?
                    $($($apart: Default::default(),)*)?
                };
                fields.end().map_or(Ok(made), Err)
            }
        }

        impl $crate::protocol::json::Encode for $type {
            fn encode(&self, out: &mut String) {
                let mut object = $crate::protocol::json::Object::new();
                $(object.always($crate::protocol::wire::name!($required $($required_name)?), &self.$required);)*
                $($(object.field($crate::protocol::wire::name!($optional $($optional_name)?), &self.$optional);)*)?
                $crate::protocol::json::Encode::encode(&object, out);
            }
        }
    };
}

/// The name of a field on the wire.
macro_rules! name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// Makes an enum without fields readable from its words and writable as such.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// The word that travels.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl $crate::protocol::json::Decode for $type {
            fn decode(value: &str) -> Result<Self, $crate::protocol::json::Unfit> {
                match <String as $crate::protocol::json::Decode>::decode(value)?.as_str() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::protocol::json::Unfit::new("is none of the words known here")),
                }
            }
        }

        impl $crate::protocol::json::Encode for $type {
            fn encode(&self, out: &mut String) {
                $crate::protocol::json::Encode::encode(&self.as_str(), out);
            }
        }
    };
}

pub(crate) use {name, wire, words};
