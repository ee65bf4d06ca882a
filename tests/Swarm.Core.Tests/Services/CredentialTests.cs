using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What the registry of a service's image is shown.</summary>
public sealed class CredentialTests
{
    private static readonly PullCredentials Ann = new("registry.example", "ann", "secret");
    private static readonly PullCredentials Bob = new("registry.example", "bob", "secret");

    [Fact]
    public void Credentials_go_to_the_nodes_and_to_nobody_who_asks_of_the_service()
    {
        var fleet = Running(Of(Ann));

        var order = ServiceOrders.OrdersFor(fleet.State, Assert.Single(fleet.Running).Node!.Value, 1);

        Assert.Equal(Ann, Assert.Single(order.Templates).Credentials);
        Assert.Null(ServiceViews.Describe(fleet.State)!.Spec.Credentials);
        Assert.DoesNotContain("secret", $"{fleet.State.Spec} {Ann}", StringComparison.Ordinal);
    }

    [Fact]
    public void Who_brings_none_keeps_those_that_are_for_the_registry_of_the_image()
    {
        var fleet = Running(Of(Ann));

        Assert.False(fleet.Deploy(Of(null)).Changed);
        fleet.Deploy(Of(null, "registry.example/web:2"));
        Assert.Equal(Ann, fleet.State.Spec.Credentials);

        fleet.Deploy(Of(null, "other.example/web:2"));
        Assert.Null(fleet.State.Spec.Credentials);
    }

    [Fact]
    public void Other_credentials_replace_no_task_and_are_used_from_then_on()
    {
        var fleet = Running(Of(Ann));

        Assert.True(fleet.Deploy(Of(Bob)).Changed);
        fleet.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(Bob, fleet.State.Spec.Credentials);
        Assert.Equal(1, Assert.Single(fleet.Running).Number());
    }

    [Fact]
    public void Credentials_for_another_registry_than_the_one_of_the_image_are_refused_without_showing_them() =>
        Assert.Equal(
            "service web: credentials for registry.example, from which its image does not come",
            new Fleet().Deploy(Of(Ann, "web:1")).Refusal);

    private static ServiceSpec Of(PullCredentials? credentials, string image = "registry.example/web:1") =>
        Specs.Replicated(1, image) with { Credentials = credentials };

    private static Fleet Running(ServiceSpec spec)
    {
        var fleet = new Fleet();
        fleet.Deploy(spec);
        fleet.Run(TimeSpan.FromSeconds(1));
        return fleet;
    }
}
