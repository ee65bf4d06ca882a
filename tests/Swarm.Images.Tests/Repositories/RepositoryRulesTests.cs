using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Repositories;

public sealed class RepositoryRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Old = Now.AddDays(-9);
    private static readonly DateTimeOffset KeptSince = Now.AddDays(-7);

    // A list of two, a signature of one of them, a signature of the list, and something on its own.
    private static readonly Dictionary<Digest, ManifestRecord> Manifests = new[]
    {
        Manifest("list", children: ["amd", "arm"]), Manifest("amd"), Manifest("arm"),
        Manifest("signed-arm", subject: "arm"), Manifest("signed-list", subject: "list"), Manifest("alone"),
    }.ToDictionary(one => one.Digest);

    [Fact]
    public void From_a_tag_all_is_reached_that_is_listed_or_about_it() => Assert.Equal(
        ["alone"], Unreached(Manifests, "list"));

    [Fact]
    public void A_part_of_a_list_does_not_hold_the_list() => Assert.Equal(
        ["alone", "amd", "list", "signed-list"], Unreached(Manifests, "arm"));

    [Fact]
    public void What_is_young_stays_with_all_below_it()
    {
        var manifests = new Dictionary<Digest, ManifestRecord>(Manifests);
        manifests[Of("list")] = manifests[Of("list")] with { Since = Now };

        Assert.Equal(["alone"], Unreached(manifests));
    }

    [Fact]
    public void What_is_taken_away_takes_what_only_it_led_to()
    {
        Assert.Equal(
            ["amd", "arm", "list", "signed-arm", "signed-list"], GoingWith(named: ["alone"], taken: ["list"]));
        Assert.Equal(["amd", "list", "signed-list"], GoingWith(named: ["arm"], taken: ["list"]));
        Assert.Empty(GoingWith(named: ["list"], taken: ["arm"]));
        Assert.Empty(GoingWith(named: [], taken: ["signed-of-nothing"]));
    }

    [Fact]
    public void A_ring_ends()
    {
        var ring = new[] { Manifest("a", children: ["b"]), Manifest("b", children: ["a"], subject: "a") }
            .ToDictionary(one => one.Digest);

        Assert.Equal(["a", "b"], Unreached(ring));
        Assert.Empty(Unreached(ring, "b"));
    }

    private static string[] Unreached(Dictionary<Digest, ManifestRecord> manifests, params string[] named) =>
        Names(RepositoryRules.Unreached(manifests, named.Select(Of).ToHashSet(), KeptSince));

    private static string[] GoingWith(string[] named, string[] taken) =>
        Names(RepositoryRules.GoingWith(Manifests, named.Select(Of).ToHashSet(), taken.Select(Of)));

    private static string[] Names(IEnumerable<ManifestRecord> manifests) =>
        [.. manifests.Select(one => one.MediaType).Order(StringComparer.Ordinal)];

    // The type stands for its name here.
    private static ManifestRecord Manifest(string name, string[]? children = null, string? subject = null) => new(
        "docker.io/library/web", Of(name), name, 1, [], [.. (children ?? []).Select(Of)],
        subject is null ? null : Of(subject).Value, "", Old);

    private static Digest Of(string name) => Digest.Of(TarBuilder.Bytes(name));
}
