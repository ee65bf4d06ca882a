using Akka.Actor;
using Akka.Serialization;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Catalog;

/// <summary>Writes <see cref="ReplicatedLines"/> as the wire contract writes what is in them.</summary>
internal sealed class ReplicatedLinesSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Stands on every wire: never to be changed.</summary>
    public const int FixedIdentifier = 1002;

    private readonly SwarmSerializer _contract = new(system);

    public override int Identifier => FixedIdentifier;

    public override string Manifest(object o) => _contract.Manifest(((ReplicatedLines)o).Lines);

    public override byte[] ToBinary(object obj) => _contract.ToBinary(((ReplicatedLines)obj).Lines);

    public override object FromBinary(byte[] bytes, string manifest) =>
        new ReplicatedLines((ServiceLines)_contract.FromBinary(bytes, manifest));
}
