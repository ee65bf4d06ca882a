using System.Collections.Immutable;
using CsCheck;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class ServiceLinesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<ServiceLine> AnyLine = Gen.Select(
        Gen.Int[0, 2].Select(at => "abc"[at..][..1]), Gen.Long[1, 4], Gen.Int[0, 2], Gen.Bool, Line);

    private static readonly Gen<ServiceLines> AnyLines =
        AnyLine.List[0, 6].Select(Merged);

    [Fact]
    public void Copies_come_to_the_same_in_any_order_and_any_number_of_times() =>
        Gen.Select(AnyLines, AnyLines, AnyLines).Sample((one, two, three) =>
        {
            Assert.Equal(one.Merge(two), two.Merge(one));
            Assert.Equal(one.Merge(two).Merge(three), one.Merge(two.Merge(three)));
            Assert.Equal(one, one.Merge(one));
            Assert.Equal(one.Merge(two), one.Merge(two).Merge(two));
        });

    [Fact]
    public void The_higher_number_wins_whatever_the_clocks_say()
    {
        var removed = ServiceLines.Of(Line("a", number: 3, second: 0, listed: false));
        var older = ServiceLines.Of(Line("a", number: 2, second: 9, listed: true));

        Assert.Equal(removed, removed.Merge(older));
        Assert.Equal(removed, older.Merge(removed));
    }

    [Fact]
    public void A_name_that_is_used_again_is_listed_again()
    {
        var removed = ServiceLines.Of(Line("a", number: 3, second: 0, listed: false));
        var again = ServiceLines.Of(Line("a", number: 4, second: 0, listed: true));

        Assert.Equal(again, removed.Merge(again));
    }

    [Fact]
    public void Of_removed_services_the_latest_are_kept_and_of_listed_ones_all()
    {
        var lines = Enumerable.Range(0, ServiceLines.MostRemoved + 5)
            .SelectMany(at => new[] { Line($"gone{at}", 1, at, false), Line($"here{at}", 1, at, true) })
            .ToImmutableArray();

        var kept = lines[10..].Concat(lines[..10].Where(line => line.Listing is not null));
        Assert.Equal(
            kept.Select(line => line.Name.Value).Order(StringComparer.Ordinal),
            Merged(lines).Lines.Select(line => line.Name.Value));
    }

    private static ServiceLines Merged(IEnumerable<ServiceLine> lines) =>
        lines.Aggregate(ServiceLines.None, (all, line) => all.Merge(ServiceLines.Of(line)));

    private static ServiceLine Line(string name, long number, int second, bool listed) =>
        new(new ServiceName(name), number, Start.AddSeconds(second))
        {
            Listing = listed
                ? new ServiceListing(
                    new ServiceName(name), new ServiceId("id"), new ServiceMode.Replicated(1), "image", 0, 1)
                : null,
        };
}
