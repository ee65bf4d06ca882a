using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Nerdbank.MessagePack;
using Swarm.Core;

namespace Swarm.Wire.Tests;

public sealed class WireContractTests
{
    private const string Accept = "SWARM_ACCEPT_WIRE_CONTRACT";

    [Fact]
    public void The_contract_is_the_one_that_was_reviewed()
    {
        var file = Path.Combine(Folder(), "WireContract.txt");
        var now = ContractText.Write();
        if (Environment.GetEnvironmentVariable(Accept) == "1") File.WriteAllText(file, now);

        var reviewed = File.ReadAllText(file);

        Assert.True(
            reviewed == now,
            $"The wire contract changed. See that old journals stay readable, then run the tests with {Accept}=1 and "
            + $"review the difference. First: {FirstDifference(reviewed, now)}");
    }

    [Fact]
    public void Every_manifest_is_used_once_and_carries_its_version()
    {
        var manifests = WireContract.Entries.Select(entry => entry.Manifest).ToList();

        Assert.Equal(manifests.Count, manifests.Distinct(StringComparer.Ordinal).Count());
        Assert.All(manifests, manifest => Assert.Matches(new Regex(@"^[a-z]+(\.[a-z]+)*\.[0-9]+$"), manifest));
    }

    [Fact]
    public void Every_message_of_the_core_that_has_keys_is_in_the_contract_or_part_of_it()
    {
        var text = ContractText.Write();
        var missing = typeof(NodeId).Assembly.GetTypes()
            .Where(type => type.IsPublic && type.Name != "EqualityContract"
                && type.GetProperties().Any(property => property.IsDefined(typeof(KeyAttribute), inherit: false)))
            .Where(type => !text.Contains($"\n{type.Name}\n", StringComparison.Ordinal))
            .Select(type => type.Name);

        Assert.Empty(missing);
    }

    private static string FirstDifference(string reviewed, string now)
    {
        var (before, after) = (reviewed.Split('\n'), now.Split('\n'));
        var line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"line {line + 1}: '{before.ElementAtOrDefault(line)}' became '{after.ElementAtOrDefault(line)}'";
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
