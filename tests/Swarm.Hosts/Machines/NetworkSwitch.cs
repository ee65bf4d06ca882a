using System.Globalization;
using System.Text;

namespace Swarm.Hosts.Machines;

/// <summary>The bridge to which all machines are linked, and what of their links is broken.</summary>
/// <remarks>
/// Frames are dropped in the switch, so machines see what they would of a broken cable beyond: their own link is up and
/// nothing answers. The tests themselves have a port, too, and reach every machine that is not cut off from it.
/// </remarks>
internal sealed class NetworkSwitch(TestGround ground)
{
    /// <summary>Number and port of the tests themselves.</summary>
    public const int Tests = 254;

    private readonly Machine _machine = new(ground, "switch");
    private readonly Dictionary<(string From, string To), int> _lost = [];

    // At most 15 characters, and unique on this machine.
    private string OwnLink => "sh" + ground.Name[^6..];

    public async Task StartAsync()
    {
        await _machine.StartAsync();
        await _machine.RunInNetworkAsync("ip", "link", "add", "bridge", "type", "bridge");
        await _machine.RunInNetworkAsync("ip", "link", "set", "bridge", "up");
        await _machine.FeedInNetworkAsync(
            "add table bridge cut\nadd chain bridge cut forward { type filter hook forward priority 0; }\n",
            "nft", "-f", "-");
        await Command.RunAsync(
            "ip", "link", "add", OwnLink, "type", "veth", "peer", "name", Port(Tests), "netns", $"{_machine.Pid}");
        await Command.RunAsync("ip", "address", "add", $"{ground.Address(Tests)}/24", "dev", OwnLink);
        await Command.RunAsync("ip", "link", "set", OwnLink, "up");
        await RaiseAsync(Tests);
    }

    /// <summary>Gives a machine its address. The same one has the same hardware address each time.</summary>
    public async Task LinkAsync(Machine machine, int number)
    {
        var hardware = string.Create(CultureInfo.InvariantCulture, $"02:00:5e:00:00:{number:x2}");
        await _machine.RunInNetworkAsync(
            "ip", "link", "add", Port(number), "type", "veth",
            "peer", "name", "eth0", "address", hardware, "netns", $"{machine.Pid}");
        await machine.RunInNetworkAsync("ip", "address", "add", $"{ground.Address(number)}/24", "dev", "eth0");
        await machine.RunInNetworkAsync("ip", "link", "set", "eth0", "up");
        await RaiseAsync(number);
    }

    /// <summary>From now on so much comes to a machine at most.</summary>
    public Task LimitAsync(int number, int megabits) =>
        _machine.RunInNetworkAsync("tc", Shaping(Port(number), megabits));

    /// <summary>What tells <c>tc</c> that no more than this leaves by a device.</summary>
    public static string[] Shaping(string device, int megabits) =>
    [
        "qdisc", "replace", "dev", device, "root", "tbf",
        "rate", string.Create(CultureInfo.InvariantCulture, $"{megabits}mbit"), "burst", "256kb", "latency", "100ms",
    ];

    /// <summary>Takes the cable out.</summary>
    public Task UnlinkAsync(int number) => _machine.RunInNetworkAsync("ip", "link", "delete", Port(number));

    /// <summary>From now on this share of what one sends to the other is lost.</summary>
    public Task LoseAsync(IEnumerable<(int From, int To)> ways, int percent)
    {
        foreach (var (from, to) in ways) _lost[(Port(from), Port(to))] = percent;
        return WriteAsync();
    }

    public Task HealAsync()
    {
        _lost.Clear();
        return WriteAsync();
    }

    public Task StopAsync() => _machine.PowerOffAsync();

    private async Task RaiseAsync(int number)
    {
        await _machine.RunInNetworkAsync("ip", "link", "set", Port(number), "master", "bridge");
        await _machine.RunInNetworkAsync("ip", "link", "set", Port(number), "up");
    }

    private async Task WriteAsync()
    {
        var rules = new StringBuilder("flush chain bridge cut forward\n");
        foreach (var ((from, to), percent) in _lost)
        {
            var chance = percent == 100 ? "" : $"numgen random mod 100 < {percent} ";
            rules.Append(CultureInfo.InvariantCulture,
                $"add rule bridge cut forward iifname \"{from}\" oifname \"{to}\" {chance}drop\n");
        }

        await _machine.FeedInNetworkAsync(rules.ToString(), "nft", "-f", "-");
    }

    private static string Port(int number) => string.Create(CultureInfo.InvariantCulture, $"p{number}");
}
