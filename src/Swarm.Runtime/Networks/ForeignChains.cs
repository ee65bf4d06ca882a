namespace Swarm.Runtime.Networks;

/// <summary>Looks for other programs' rules that undo ours.</summary>
/// <remarks>
/// Pure. A packet that one table accepts may still be dropped by another: Docker's does so, with all it does not
/// know.
/// </remarks>
internal static class ForeignChains
{
    /// <param name="listing">What <c>nft list chains</c> prints.</param>
    /// <returns>Chains that drop forwarded packets unless told otherwise, as <c>ip filter FORWARD</c>.</returns>
    internal static IReadOnlyList<string> DroppingForwards(string listing)
    {
        var (found, table, chain) = (new List<string>(), "", "");
        foreach (var line in listing.Split('\n', StringSplitOptions.TrimEntries))
        {
            var words = line.Split(' ');
            if (words[0] == "table" && words.Length > 2) table = $"{words[1]} {words[2]}";
            if (words[0] == "chain" && words.Length > 1) chain = words[1];
            if (line.Contains("hook forward", StringComparison.Ordinal)
                && line.Contains("policy drop", StringComparison.Ordinal))
            {
                found.Add($"{table} {chain}");
            }
        }

        return found;
    }
}
