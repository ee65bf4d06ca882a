using Swarm.Core.Containers;

namespace Swarm.Core.Tests.Containers;

public sealed class UlimitRuleTests
{
    [Theory]
    [InlineData("nofile", 10, 20)]
    [InlineData("nofile", 20, 20)]
    [InlineData("core", 0, 0)]
    [InlineData("memlock", -1, -1)]
    [InlineData("nproc", 5, -1)]
    public void A_limit_is_taken_whose_soft_part_is_not_above_its_hard_one(string name, long soft, long hard) =>
        Assert.Null(UlimitRules.FindFault(new Ulimit(name, soft, hard)));

    [Theory]
    [InlineData("nofile", 20, 10, "ulimit soft limit must be less than or equal to hard limit: 20 > 10")]
    [InlineData(
        "nofile", -1, 10,
        "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 10")]
    [InlineData("as", 1, 1, "invalid ulimit type: as")]
    [InlineData("NOFILE", 1, 1, "invalid ulimit type: NOFILE")]
    public void Any_other_is_refused_in_the_words_of_Docker(string name, long soft, long hard, string fault) =>
        Assert.Equal(fault, UlimitRules.FindFault(new Ulimit(name, soft, hard)));
}
