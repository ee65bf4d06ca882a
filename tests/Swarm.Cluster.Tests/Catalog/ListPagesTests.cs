using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Catalog;

public sealed class ListPagesTests
{
    private static readonly ServiceListing[] Services =
    [
        .. Enumerable.Range(0, 3000).Select(i => new ServiceListing(
            new ServiceName($"service-{i:0000}"), new ServiceId($"id{i}"), new ServiceMode.Replicated(1),
            "an/image:of-some-length", 1, 1)),
    ];

    [Fact]
    public void A_long_list_comes_whole_in_pages_that_each_fit_into_a_message()
    {
        var (seen, pages) = (new List<ServiceListing>(), 0);
        for (string? next = ""; next is not null; pages++)
        {
            var page = ListPages.Of(Services, new GetServices { After = next });
            Assert.InRange(SwarmSerializer.Measure(page), 1, WireLimits.ClientBytes);
            seen.AddRange(page.Services);
            next = page.Next;
        }

        Assert.Equal(Services, seen);
        Assert.InRange(pages, 2, 20);
    }

    [Fact]
    public void An_entry_larger_than_a_page_has_a_page_of_its_own()
    {
        var large = Services[0] with { Image = new string('x', WireLimits.ClientBytes) };

        var page = ListPages.Of([large, Services[1]], new GetServices());

        Assert.Equal((large, large.Name.Value), (page.Services.Single(), page.Next));
    }

    [Fact]
    public void A_page_after_an_entry_that_is_gone_goes_on_with_the_next() =>
        Assert.Equal(Services[2], ListPages.Of(Services, new GetServices { After = "service-0001x" }).Services[0]);
}
