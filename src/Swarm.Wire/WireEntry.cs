using PolyType;

namespace Swarm.Wire;

/// <summary>One type of the wire contract.</summary>
/// <param name="Manifest">Short, with its version last; stands in the journal for ever.</param>
/// <param name="Type">The type, or the root of a closed family whose cases travel under one manifest.</param>
/// <param name="MaxBytes">A larger value is refused when it is written.</param>
internal sealed record WireEntry(string Manifest, Type Type, int MaxBytes)
{
    /// <remarks>Made when first needed: a client needs three of them, and each takes the runtime a while.</remarks>
    public ITypeShape Shape => field ??= WireShapes.GeneratedTypeShapeProvider.GetTypeShape(Type)
        ?? throw new InvalidOperationException($"no shape was generated for {Type}: name it in {nameof(WireShapes)}");
}
