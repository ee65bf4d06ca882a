using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Nerdbank.MessagePack;

namespace Swarm.Wire;

/// <summary>Writes and reads every type of the wire contract as MessagePack with integer keys.</summary>
/// <remarks>The manifest, never the name of a CLR type, says what bytes are.</remarks>
public sealed class SwarmSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stands in every journal and on every wire: never to be changed.</summary>
    public const int FixedIdentifier = 1001;

    // A value that equals its type's default is written all the same: a reader's initial value may be another one.
    private static readonly MessagePackSerializer Format = new()
    {
        SerializeDefaultValues = SerializeDefaultValuesPolicy.Always,
    };

    /// <inheritdoc/>
    public override int Identifier => FixedIdentifier;

    /// <summary>How many bytes a value takes when written; for asking before sending.</summary>
    /// <exception cref="SerializationException">When the type has no place in the wire contract.</exception>
    public static int Measure(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Format.SerializeObject(value, EntryOf(value).Shape).Length;
    }

    /// <summary>The largest value of this type that is written, in bytes.</summary>
    /// <exception cref="SerializationException">When the type has no place in the wire contract.</exception>
    public static int LimitOf(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return EntryOf(value).MaxBytes;
    }

    /// <inheritdoc/>
    public override string Manifest(object o)
    {
        ArgumentNullException.ThrowIfNull(o);
        return EntryOf(o).Manifest;
    }

    /// <inheritdoc/>
    /// <exception cref="SerializationException">When the value is larger than its kind may be.</exception>
    public override byte[] ToBinary(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        var entry = EntryOf(obj);
        var written = Format.SerializeObject(obj, entry.Shape);
        return written.Length <= entry.MaxBytes
            ? written
            : throw new SerializationException(
                $"{obj.GetType().Name} ({entry.Manifest}) takes {written.Length} bytes; {entry.MaxBytes} are allowed");
    }

    /// <inheritdoc/>
    /// <exception cref="SerializationException">When the manifest is unknown or the bytes are
    /// not what it promises.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (!WireContract.ByManifest.TryGetValue(manifest ?? "", out var entry))
        {
            throw new SerializationException(
                $"the manifest '{manifest}' is unknown here: a newer version wrote it, or it is not ours");
        }

        if (bytes.Length > entry.MaxBytes)
        {
            throw new SerializationException($"{manifest} of {bytes.Length} bytes; {entry.MaxBytes} are allowed");
        }

        try
        {
            return Format.DeserializeObject(bytes, entry.Shape)
                ?? throw new SerializationException($"{manifest} holds nothing");
        }
        catch (MessagePackSerializationException cause)
        {
            throw new SerializationException($"{manifest} could not be read: {cause.Message}", cause);
        }
    }

    private static WireEntry EntryOf(object value) =>
        WireContract.Find(value.GetType())
        ?? throw new SerializationException($"{value.GetType()} has no place in the wire contract");
}
