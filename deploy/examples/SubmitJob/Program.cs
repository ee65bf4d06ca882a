// Runs a command as a job of several tasks on a cluster, shows its progress and its output, and ends as the job did.
//
//   dotnet run --project deploy/examples/SubmitJob -- IMAGE TASKS COMMAND [ARGUMENT...]
//   dotnet run --project deploy/examples/SubmitJob -- hello:latest 3 sh -c 'echo one of three; exit 0'
//
// The cluster is found as the command line finds it: SWARM_CONTACT, and SWARM_TLS_CA, _CERT and _KEY.
using System.Globalization;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Wire.Security;

if (args.Length < 3 || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out var tasks))
{
    await Console.Error.WriteLineAsync("usage: SubmitJob IMAGE TASKS COMMAND [ARGUMENT...]");
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

await using var client = SwarmClient.Connect(new SwarmClientOptions
{
    Contacts = SwarmClientOptions.ParseContacts(Environment.GetEnvironmentVariable("SWARM_CONTACT") ?? "127.0.0.1"),
    Tls = Environment.GetEnvironmentVariable("SWARM_TLS_CA") is not { Length: > 0 } authority ? null : new TlsFiles(
        authority, Environment.GetEnvironmentVariable("SWARM_TLS_CERT") ?? "",
        Environment.GetEnvironmentVariable("SWARM_TLS_KEY") ?? ""),
});

var job = new ServiceSpec
{
    Name = new ServiceName($"job-{Guid.NewGuid():N}"[..16]),
    Container = new ContainerSpec { Image = args[0], Command = [.. args[2..]] },
    Mode = new ServiceMode.ReplicatedJob(Completions: tasks, MaxConcurrent: tasks),
    Restart = new RestartPolicy { Condition = RestartCondition.OnFailure, MaxAttempts = 2 },
};

try
{
    // Answered once it is persisted: from here on it runs, whatever becomes of this program.
    await client.DeployAsync(job, interrupted.Token);
    Console.WriteLine($"{job.Name}: submitted");

    var seen = -1;
    var ended = await client.WaitAsync(job.Name, Show, cancellation: interrupted.Token);
    var lines = client.ReadLogsAsync(
        job.Name, tail: null, follow: false, Console.Error.WriteLine, interrupted.Token);
    await foreach (var line in lines) Console.WriteLine($"{line.Slot}| {line.Text}");

    await client.RemoveAsync(job.Name, interrupted.Token);
    return ended.ExitCode ?? 1;

    void Show(ServiceProgress now)
    {
        if (now.Done == seen) return;
        seen = now.Done;
        Console.WriteLine($"{job.Name}: {now.Done} of {now.Wanted} tasks have ended well");
    }
}
catch (Exception failed) when (failed is SwarmRefusedException or SwarmUnreachableException or TlsFilesException)
{
    await Console.Error.WriteLineAsync(failed.Message);
    return 1;
}
