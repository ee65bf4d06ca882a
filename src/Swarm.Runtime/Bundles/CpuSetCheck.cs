using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Bundles;

/// <summary>Whether this host has the processors and the memory nodes that a container shall keep to.</summary>
internal static class CpuSetCheck
{
    /// <exception cref="ContainerException">It has not, or they are not as <c>0-2,4</c>; in Docker's words.</exception>
    public static void Check(ResourceLimits limits, ICgroups cgroups)
    {
        Check(limits.CpuSet, cgroups.Processors, "cpus", "CPUs");
        Check(limits.MemoryNodes, cgroups.MemoryNodes, "mems", "memory nodes");
    }

    private static void Check(string wanted, string? offered, string file, string kind)
    {
        if (wanted.Length == 0) return;
        var numbers = Parse(wanted) ?? throw new ContainerException(
            ContainerFault.Invalid, $"Invalid value {wanted} for cpuset {file}: invalid format: {wanted}");
        if (offered is null || Parse(offered) is not { } there || numbers.IsSubsetOf(there)) return;
        throw new ContainerException(
            ContainerFault.Invalid, $"Requested {kind} are not available - requested {wanted}, available: {offered}");
    }

    /// <returns>Null when the text is no list of numbers and ranges.</returns>
    private static HashSet<ushort>? Parse(string list)
    {
        HashSet<ushort> numbers = [];
        foreach (var part in list.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !IsNumber(ends[0], out var first) || !IsNumber(ends[^1], out var last)
                || first > last)
            {
                return null;
            }

            numbers.UnionWith(Enumerable.Range(first, last - first + 1).Select(number => (ushort)number));
        }

        return numbers;
    }

    private static bool IsNumber(string text, out ushort number) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
