using Nerdbank.MessagePack;
using PolyType;
using Swarm.Core.Containers;

namespace Swarm.Core.Services;

/// <summary>Whether two specifications say the same.</summary>
/// <remarks>Records with arrays in them do not compare by content, and a comparison written by hand would miss the next
/// field; their serialized form is canonical (dictionaries are sorted), so that is compared.</remarks>
internal static partial class SpecComparison
{
    private static readonly MessagePackSerializer Serializer =
        new() { SerializeDefaultValues = SerializeDefaultValuesPolicy.Always };

    public static bool Same(ServiceSpec left, ServiceSpec right) =>
        ReferenceEquals(left, right) || Bytes(left).AsSpan().SequenceEqual(Bytes(right));

    /// <summary>Whether a task made from one could as well have been made from the other.</summary>
    /// <remarks>A container whose image was not resolved yet is the same as one whose image was.</remarks>
    public static bool SameTasks(ServiceSpec left, ServiceSpec right)
    {
        if (left.Container.PinnedImage is null || right.Container.PinnedImage is null)
        {
            left = left with { Container = left.Container with { PinnedImage = null } };
            right = right with { Container = right.Container with { PinnedImage = null } };
        }

        return left.Pool == right.Pool && left.AtMostOnce == right.AtMostOnce && left.Reservations == right.Reservations
            && Bytes(left.Container).AsSpan().SequenceEqual(Bytes(right.Container))
            && SameRules(left.Placement, right.Placement);
    }

    public static bool SameRules(PlacementRules left, PlacementRules right) =>
        ReferenceEquals(left, right) || Bytes(left).AsSpan().SequenceEqual(Bytes(right));

    /// <summary>The new specification with what it does not bring and the old one has: the image id, where it names
    /// the same image; credentials, where they are for the registry of its image.</summary>
    public static ServiceSpec KeepUnsaid(ServiceSpec old, ServiceSpec @new)
    {
        var image = @new.Container.Image;
        if (@new.Container.PinnedImage is null && image == old.Container.Image)
            @new = @new with { Container = @new.Container with { PinnedImage = old.Container.PinnedImage } };
        return @new.Credentials is null && old.Credentials is { } kept && kept.AreFor(image)
            ? @new with { Credentials = kept }
            : @new;
    }

    private static byte[] Bytes<T>(T value) =>
        Serializer.Serialize(value, Shapes.GeneratedTypeShapeProvider.GetTypeShapeOrThrow<T>());

    [GenerateShapeFor<ServiceSpec>]
    [GenerateShapeFor<ContainerSpec>]
    [GenerateShapeFor<PlacementRules>]
    private sealed partial class Shapes;
}
