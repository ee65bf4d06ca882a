using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>Values as they stand in the journal and in snapshots.</summary>
internal static partial class Written
{
    private static readonly MessagePackSerializer Serializer = new();

    public static byte[] Bytes<T>(T value) =>
        Serializer.Serialize(value, Shapes.GeneratedTypeShapeProvider.GetTypeShapeOrThrow<T>());

    public static T Read<T>(byte[] bytes) =>
        Serializer.Deserialize(bytes, Shapes.GeneratedTypeShapeProvider.GetTypeShapeOrThrow<T>())!;

    [GenerateShapeFor<ServiceState>]
    [GenerateShapeFor<ServiceEvent>]
    private sealed partial class Shapes;
}
