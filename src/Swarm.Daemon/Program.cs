using Swarm.Api.Web;
using Swarm.Cluster.Hosting;
using Swarm.Daemon.CommandLine;
using Swarm.Daemon.Configuration;
using Swarm.Daemon.Host;
using Swarm.Daemon.Running;
using Swarm.Images;
using Swarm.Linux;
using Swarm.Linux.Namespaces;
using Swarm.Linux.Processes;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;
using Swarm.Wire.Security;

return Arguments.Parse(args, File.Exists) switch
{
    Request.ShowHelp => Say(Arguments.Help),
    Request.ShowVersion => Say($"swarmd {HostFacts.Version}"),
    Request.Refuse refused => Complain(ExitCodes.Wrong, [$"{refused.Reason}; see swarmd --help"]),
    Request.Run run => await StartAsync(run, args),
    _ => throw new System.Diagnostics.UnreachableException(),
};

static async Task<int> StartAsync(Request.Run run, string[] arguments)
{
    try
    {
        if (FirstProcess.IsThis && ContainerEngine.InitPath is { } init) FirstProcess.LeaveTo(init);
        var options = DaemonSettings.Load(run.ConfigurationFile, run.Overrides);
        if (HostCheck.FindMissing(options) is { IsEmpty: false } missing) return Complain(ExitCodes.HostLacks, missing);

        DataRootLock.Take(options.DataRoot).Dispose(); // before anything is made for a daemon that cannot be
        if (run.Destroy && !DestructionFromOutside.IsInside)
        {
            return await DestructionFromOutside.RunAsync(options, arguments, CancellationToken.None);
        }

        MountNamespace.Enter(NodePlaces.NamespacePin(options), NodePlaces.State(options));
        using var dataRoot = DataRootLock.Take(options.DataRoot);
        using var logs = Logs.Open(options.LogLevel);
        using var signals = new StopSignals();
        return run.Destroy
            ? await new NodeDestruction(options, logs, new BootTime()).RunAsync(signals.Asked)
            : await new NodeDaemon(options, logs, new BootTime()).RunAsync(signals.Asked);
    }
    catch (ConfigurationException wrong)
    {
        return Complain(ExitCodes.Wrong, wrong.Errors);
    }
    catch (DataRootBusyException busy)
    {
        return Complain(ExitCodes.DataRootBusy, [busy.Message]);
    }
    catch (TlsFilesException wrong)
    {
        return Complain(ExitCodes.Wrong, [wrong.Message]);
    }
    catch (OperationCanceledException)
    {
        return ExitCodes.Stopped; // asked to stop before it was ready
    }
    catch (Exception refused)
        when (refused is NodeStoreException or ImageException or ContainerException or ClusterStartException
        or DataRootUnusableException or WebStartException)
    {
        return Complain(ExitCodes.Failed, [refused.Message]); // says what and where: a stack would only hide it
    }
#pragma warning disable CA1031 // The edge of the process: whatever it is, its user reads why.
    catch (Exception cause)
#pragma warning restore CA1031
    {
        return Complain(ExitCodes.Failed, [cause.ToString()]);
    }
}

static int Say(string text)
{
    Console.WriteLine(text);
    return ExitCodes.Stopped;
}

static int Complain(int code, IEnumerable<string> errors)
{
    foreach (var error in errors) Console.Error.WriteLine($"swarmd: {error}");
    return code;
}
