using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>storage_opt</c>.</summary>
internal static class StorageKeys
{
    private static readonly Dictionary<string, Func<Bytes, Field, Bytes>> Keys = new()
    {
        ["size"] = (none, field) =>
            field.Parsed(SizeText.Parse, "a size; write it as 512m, 10G or in bytes") ?? none,
    };

    /// <returns>Zero: no limit.</returns>
    public static Bytes Read(Field field) => field.Fold(Bytes.Zero, Keys, Refusals.None);
}
