using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core.Services;

namespace Swarm.Simulation.Services;

/// <summary>A service's state as it stands in snapshots.</summary>
internal static partial class Written
{
    private static readonly MessagePackSerializer Serializer = new();

    public static byte[] Bytes(ServiceState value) =>
        Serializer.Serialize(value, Shapes.GeneratedTypeShapeProvider.GetTypeShapeOrThrow<ServiceState>());

    public static ServiceState Read(byte[] bytes) =>
        Serializer.Deserialize(bytes, Shapes.GeneratedTypeShapeProvider.GetTypeShapeOrThrow<ServiceState>())!;

    [GenerateShapeFor<ServiceState>]
    private sealed partial class Shapes;
}
