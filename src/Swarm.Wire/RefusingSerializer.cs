using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Swarm.Wire;

/// <summary>Stands where Akka would fall back to JSON of any object: it refuses, by name.</summary>
/// <remarks>It takes JSON's identifier too, so that nothing a peer sends can make one.</remarks>
public sealed class RefusingSerializer : Serializer
{
    /// <summary>Made by Akka.</summary>
    /// <param name="system">The system it works in.</param>
    /// <param name="settings">Those of the JSON serializer, whose place it takes; not needed.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    /// <inheritdoc/>
    public override int Identifier => 1;

    /// <inheritdoc/>
    public override bool IncludeManifest => true;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) =>
        throw new SerializationException(
            $"{obj?.GetType().FullName ?? "null"} has no serializer: give it a manifest in the wire contract");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException($"{type?.FullName ?? "an object"} came as JSON, which is not read here");
}
