namespace Swarm.Runtime.Networks;

/// <summary>Which subnet a new network gets, and which address a new container.</summary>
/// <remarks>Pure.</remarks>
internal static class AddressPlan
{
    internal const int NetworkLength = 24;

    /// <summary>The first free network of the pool.</summary>
    /// <param name="taken">Our own networks, and whatever the host has routes to.</param>
    internal static Subnet? ChooseSubnet(Subnet pool, IReadOnlyCollection<Subnet> taken)
    {
        // A default route leads everywhere and takes nothing.
        var real = taken.Where(subnet => subnet.Length > 0).ToArray();
        for (long offset = 0; offset < pool.Size; offset += 256)
        {
            var candidate = new Subnet((uint)(pool.First + offset), NetworkLength);
            if (!real.Any(candidate.Overlaps)) return candidate;
        }

        return null;
    }

    /// <summary>The gateway: the first address that a host may have.</summary>
    internal static uint GatewayOf(Subnet subnet) => subnet.First + 1;

    /// <summary>
    /// The next free address after the one given last, so that an address rests before it is used again.
    /// </summary>
    /// <param name="last">0 when none has been given.</param>
    /// <returns>Null when all are taken.</returns>
    internal static uint? ChooseAddress(Subnet subnet, uint last, IReadOnlySet<uint> taken)
    {
        // An address that the host has, or that is kept back, is among those that are taken.
        return ChooseAddress(
            GatewayOf(subnet) + 1, subnet.First + (uint)subnet.Size - 2, last, taken);
    }

    /// <summary>The next free address of a network, of the part of it that addresses are given of.</summary>
    internal static uint? ChooseAddress(Subnet subnet, Subnet range, uint last, IReadOnlySet<uint> taken) =>
        ChooseAddress(
            Math.Max(subnet.First + 1, range.First),
            Math.Min(subnet.First + (uint)subnet.Size - 2, range.First + (uint)range.Size - 1),
            last, taken);

    private static uint? ChooseAddress(uint low, uint high, uint last, IReadOnlySet<uint> taken)
    {
        if (low > high) return null;
        var next = last >= low && last < high ? last + 1 : low;
        for (var tried = low; tried <= high; tried++)
        {
            if (!taken.Contains(next)) return next;
            next = next == high ? low : next + 1;
        }

        return null;
    }
}
