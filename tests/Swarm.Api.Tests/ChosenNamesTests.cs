using Swarm.Api.Containers;

namespace Swarm.Api.Tests;

public sealed class ChosenNamesTests
{
    [Fact]
    public void Each_is_chosen_once_however_many_choose_at_a_time()
    {
        var names = new ChosenNames(name => name.StartsWith("calm_", StringComparison.Ordinal));

        var chosen = ParallelEnumerable.Range(0, 4000).Select(_ => names.Choose()).ToList();

        Assert.Equal(4000, chosen.Distinct().Count());
        Assert.DoesNotContain(chosen, name => name.StartsWith("calm_", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_is_given_back_can_be_chosen_again_while_nobody_has_it()
    {
        string? only = null;
        var names = new ChosenNames(name => name != (only ??= name));

        names.GiveBack(names.Choose());

        Assert.Equal(only, names.Choose());
    }
}
